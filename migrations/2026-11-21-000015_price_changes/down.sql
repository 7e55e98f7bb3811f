DROP INDEX services_running_product;
DROP TABLE price_change_services;
DROP TABLE price_changes;
