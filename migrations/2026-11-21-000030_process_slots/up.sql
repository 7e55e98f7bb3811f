-- Tasks that the process works on at once; 0: it only answers requests, or is of a version that did not tell.
ALTER TABLE processes ADD COLUMN concurrency integer NOT NULL DEFAULT 0 CHECK (concurrency >= 0);
