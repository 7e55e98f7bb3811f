-- What documents need besides their rows: how far each tax is paid, and the logos that were printed.

-- How much of each tax the partial payments have paid, so that their shares add up exactly.
ALTER TABLE document_taxes ADD COLUMN paid numeric(19, 4) NOT NULL DEFAULT 0;

-- Logos as they were when documents were issued, named by their content.
CREATE TABLE document_logos (
    sha256 bytea PRIMARY KEY,
    media_type text NOT NULL CHECK (media_type IN ('image/png', 'image/svg+xml')),
    bytes bytea NOT NULL
);
CREATE TRIGGER document_logos_append_only BEFORE UPDATE OR DELETE ON document_logos
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
