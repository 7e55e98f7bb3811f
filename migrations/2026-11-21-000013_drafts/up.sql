-- A draft may go; what was issued stays. Runs with the rights of the owner: the program's own role deletes no documents.
CREATE FUNCTION delete_draft(draft uuid) RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH gone AS (DELETE FROM documents WHERE id = draft AND status = 'draft' RETURNING id)
    SELECT EXISTS (SELECT FROM gone)
$$;
REVOKE EXECUTE ON FUNCTION delete_draft(uuid) FROM PUBLIC;
