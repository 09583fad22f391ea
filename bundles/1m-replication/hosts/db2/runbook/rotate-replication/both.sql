SET @new = PASSWORD('REPLACE_replication');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'repl' AND Host = '10.20.30.217');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''repl''@''10.20.30.217'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;

SET @new = PASSWORD('REPLACE_replication');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'repl' AND Host = '10.20.30.219');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''repl''@''10.20.30.219'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;

SET @new = PASSWORD('REPLACE_replication');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'repl' AND Host = '10.20.30.221');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''repl''@''10.20.30.221'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;
