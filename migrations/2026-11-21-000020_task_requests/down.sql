DROP INDEX tasks_request;
