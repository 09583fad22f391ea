ALTER USER 'openexchange'@'10.20.30.213' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'localhost' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'127.0.0.1' IDENTIFIED BY 'REPLACE_configdb';
