ALTER USER 'root'@'localhost' IDENTIFIED BY 'REPLACE_root';
