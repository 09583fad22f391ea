SET GLOBAL wsrep_sst_auth = 'sstuser:REPLACE_sst';
