DROP FUNCTION last_id(text);
DROP FUNCTION first_id(text);
DROP INDEX orders_created;
DROP INDEX payments_search;
DROP INDEX documents_search;
DROP INDEX services_search;
DROP INDEX users_search;
DROP INDEX clients_search;
-- The extension stays: somebody else may use it.
