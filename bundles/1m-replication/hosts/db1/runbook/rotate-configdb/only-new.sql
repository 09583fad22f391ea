ALTER USER 'openexchange'@'10.20.30.213' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'10.20.30.215' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'10.20.30.216' IDENTIFIED BY 'REPLACE_configdb';
ALTER USER 'openexchange'@'10.20.30.225' IDENTIFIED BY 'REPLACE_configdb';
