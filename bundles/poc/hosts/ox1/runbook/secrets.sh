# Passwords for the steps beside it, which read this.
# shellcheck disable=SC2034
configdb_password=REPLACE_configdb
master_password=REPLACE_master
root_password=REPLACE_root
