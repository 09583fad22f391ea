ALTER USER 'clustercheck'@'localhost' IDENTIFIED BY 'REPLACE_clustercheck';
