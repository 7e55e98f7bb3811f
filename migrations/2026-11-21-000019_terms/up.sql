-- Terms of service that buyers accept with an order. A published version never changes.
CREATE TABLE terms (
    version integer PRIMARY KEY CHECK (version > 0),
    -- Markdown for each language.
    texts jsonb NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL
);
CREATE TRIGGER terms_append_only BEFORE UPDATE OR DELETE ON terms FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The version that the buyer accepted; NULL: there was none, or staff ordered.
ALTER TABLE orders ADD COLUMN terms_version integer REFERENCES terms (version);
CREATE INDEX orders_terms_version ON orders (terms_version) WHERE terms_version IS NOT NULL;
