ALTER USER 'sstuser'@'localhost' IDENTIFIED BY 'REPLACE_sst';
