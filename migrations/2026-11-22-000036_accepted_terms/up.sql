-- The terms that a user accepted when he registered. `terms_accepted_at` NULL: staff entered him; `terms_version` NULL besides it:
-- none was published then.
ALTER TABLE users ADD COLUMN terms_version integer REFERENCES terms (version);
ALTER TABLE users ADD COLUMN terms_accepted_at timestamptz;
ALTER TABLE users ADD CONSTRAINT users_terms_check CHECK (terms_version IS NULL OR terms_accepted_at IS NOT NULL);
CREATE INDEX users_terms_version ON users (terms_version) WHERE terms_version IS NOT NULL;
