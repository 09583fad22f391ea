SET @new = PASSWORD('REPLACE_sst');
SET @now = (SELECT Priv FROM mysql.global_priv WHERE User = 'sstuser' AND Host = 'localhost');
SET @second = JSON_VALUE(@now, '$.auth_or[1].authentication_string');
SET @change = IF(LOCATE(@new, @now), 'DO 1', CONCAT('ALTER USER ''sstuser''@''localhost'' IDENTIFIED VIA mysql_native_password USING ',
  QUOTE(JSON_VALUE(@now, '$.authentication_string')),
  IF(@second IS NULL, '', CONCAT(' OR mysql_native_password USING ', QUOTE(@second))),
  ' OR mysql_native_password USING ', QUOTE(@new)));
EXECUTE IMMEDIATE @change;
