# Passwords for the steps beside it.
configdb_password=REPLACE_configdb
master_password=REPLACE_master
