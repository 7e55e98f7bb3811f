-- Lists are searched for a part of a name, wherever it stands: with trigrams, without reading every row.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX clients_search ON clients USING gin (email gin_trgm_ops, company_name gin_trgm_ops,
    (first_name || ' ' || last_name) gin_trgm_ops, tax_id gin_trgm_ops, phone gin_trgm_ops);
CREATE INDEX users_search ON users USING gin (email gin_trgm_ops, (first_name || ' ' || last_name) gin_trgm_ops, phone gin_trgm_ops);
CREATE INDEX services_search ON services USING gin (label gin_trgm_ops);
CREATE INDEX documents_search ON documents USING gin (number gin_trgm_ops, (buyer->'party'->>'name') gin_trgm_ops);
CREATE INDEX payments_search ON payments USING gin (external_id gin_trgm_ops);

CREATE INDEX orders_created ON orders (created_at, id);

-- The ids that begin with what is searched for, a pattern of ILIKE: the first and the last of them. NULL: it is no beginning of
-- an id that is long enough to mean one.
CREATE FUNCTION first_id(pattern text) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN pattern ~* '^%[0-9a-f]{8}(-?[0-9a-f]){0,24}-?%$'
        THEN rpad(replace(trim(pattern, '%'), '-', ''), 32, '0')::uuid END
$$;
CREATE FUNCTION last_id(pattern text) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE WHEN pattern ~* '^%[0-9a-f]{8}(-?[0-9a-f]){0,24}-?%$'
        THEN rpad(replace(trim(pattern, '%'), '-', ''), 32, 'f')::uuid END
$$;
