-- Templates that staff wrote. Each change is a row of its own and stays; the newest of a company, kind and language holds.
CREATE TABLE document_templates (
    -- What documents.template_version names; below 1000 it names a version of the built-in templates.
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 1000) PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('proforma', 'invoice', 'credit_note')),
    language text NOT NULL,
    -- Counts the changes of this company, kind and language.
    version integer NOT NULL CHECK (version > 0),
    -- NULL: back to the built-in template.
    source text CHECK (octet_length(source) BETWEEN 1 AND 200000),
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (company_id, kind, language, version)
);
CREATE TRIGGER document_templates_append_only BEFORE UPDATE ON document_templates
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON document_templates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- They go with a company, and only with one that never issued anything.
CREATE FUNCTION keep_document_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM companies WHERE id = OLD.company_id)
        OR EXISTS (SELECT FROM documents WHERE company_id = OLD.company_id AND number IS NOT NULL) THEN
        RAISE EXCEPTION 'document_templates is append only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER document_templates_kept BEFORE DELETE ON document_templates
    FOR EACH ROW EXECUTE FUNCTION keep_document_template();
