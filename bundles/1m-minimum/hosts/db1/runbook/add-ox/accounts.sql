-- What mysql_secure_installation asks: a password for root,
ALTER USER 'root'@'localhost' IDENTIFIED VIA unix_socket OR mysql_native_password USING PASSWORD('REPLACE_root');
-- no anonymous users, root over the socket alone, no database that is open to everybody.
DELETE FROM mysql.global_priv WHERE User = '';
DELETE FROM mysql.global_priv WHERE User = 'root' AND Host <> 'localhost';
DROP DATABASE IF EXISTS test;
DELETE FROM mysql.db WHERE Db IN ('test', 'test\\_%');
FLUSH PRIVILEGES;

-- OX on ox1
CREATE USER IF NOT EXISTS 'openexchange'@'10.20.30.213' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'10.20.30.213' IDENTIFIED BY 'REPLACE_configdb';
GRANT CREATE, LOCK TABLES, REFERENCES, INDEX, DROP, DELETE, ALTER, SELECT, UPDATE, INSERT, CREATE TEMPORARY TABLES, SHOW VIEW, SHOW DATABASES, ALTER ROUTINE, CREATE ROUTINE, EXECUTE ON *.* TO 'openexchange'@'10.20.30.213' WITH GRANT OPTION;

-- OX on ox2
CREATE USER IF NOT EXISTS 'openexchange'@'10.20.30.215' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'10.20.30.215' IDENTIFIED BY 'REPLACE_configdb';
GRANT CREATE, LOCK TABLES, REFERENCES, INDEX, DROP, DELETE, ALTER, SELECT, UPDATE, INSERT, CREATE TEMPORARY TABLES, SHOW VIEW, SHOW DATABASES, ALTER ROUTINE, CREATE ROUTINE, EXECUTE ON *.* TO 'openexchange'@'10.20.30.215' WITH GRANT OPTION;

-- the donor of a state transfer reads its own server with it
CREATE USER IF NOT EXISTS 'sstuser'@'localhost' IDENTIFIED BY 'REPLACE_sst';
ALTER USER 'sstuser'@'localhost' IDENTIFIED BY 'REPLACE_sst';
GRANT RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, SLAVE MONITOR ON *.* TO 'sstuser'@'localhost';

-- the health check; asking for the status needs no privilege
CREATE USER IF NOT EXISTS 'clustercheck'@'localhost' IDENTIFIED BY 'REPLACE_clustercheck';
ALTER USER 'clustercheck'@'localhost' IDENTIFIED BY 'REPLACE_clustercheck';
GRANT USAGE ON *.* TO 'clustercheck'@'localhost';
