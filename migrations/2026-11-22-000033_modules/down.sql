DROP FUNCTION drop_log_partitions(timestamptz);
DROP FUNCTION ensure_log_partitions(timestamptz, timestamptz);
DROP TABLE module_log;
DROP TABLE modules;
