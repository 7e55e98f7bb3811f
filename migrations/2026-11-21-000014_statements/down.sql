DROP TABLE statement_files;
DROP TABLE statements;
