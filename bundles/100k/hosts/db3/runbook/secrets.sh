# Passwords for the steps beside it, which read this.
# shellcheck disable=SC2034
sst_password=REPLACE_sst
clustercheck_password=REPLACE_clustercheck
root_password=REPLACE_root
