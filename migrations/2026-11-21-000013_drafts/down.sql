DROP FUNCTION delete_draft(uuid);
