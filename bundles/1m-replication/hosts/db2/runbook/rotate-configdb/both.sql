SET @new = PASSWORD('REPLACE_configdb');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'openexchange' AND Host = '10.20.30.213');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''openexchange''@''10.20.30.213'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;

SET @new = PASSWORD('REPLACE_configdb');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'openexchange' AND Host = '10.20.30.215');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''openexchange''@''10.20.30.215'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;

SET @new = PASSWORD('REPLACE_configdb');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'openexchange' AND Host = '10.20.30.216');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''openexchange''@''10.20.30.216'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;

SET @new = PASSWORD('REPLACE_configdb');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'openexchange' AND Host = '10.20.30.225');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''openexchange''@''10.20.30.225'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;
