-- Usage statements: what the services of a client were charged in a calendar month (UTC), frozen when the month is over.
CREATE TABLE statements (
    client_id uuid NOT NULL REFERENCES clients,
    -- Its first day.
    month date NOT NULL CHECK (extract(day FROM month) = 1),
    company_id uuid NOT NULL REFERENCES companies,
    currency text NOT NULL,
    -- What the ledger took for services in that month, and what it gave back for unused time.
    charged numeric(19, 4) NOT NULL CHECK (charged >= 0),
    returned numeric(19, 4) NOT NULL CHECK (returned >= 0),
    services integer NOT NULL CHECK (services >= 0),
    language text NOT NULL,
    seller jsonb NOT NULL,
    buyer jsonb NOT NULL,
    -- The services with their lines.
    content jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, month)
);
CREATE TRIGGER statements_append_only BEFORE UPDATE OR DELETE ON statements
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON statements FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The paper itself, frozen once.
CREATE TABLE statement_files (
    client_id uuid NOT NULL REFERENCES clients,
    month date NOT NULL,
    sha256 bytea NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, month)
);
CREATE TRIGGER statement_files_append_only BEFORE UPDATE OR DELETE ON statement_files
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON statement_files FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
