# Passwords for the steps beside it, which read this.
# shellcheck disable=SC2034
replication_password=REPLACE_replication
root_password=REPLACE_root
