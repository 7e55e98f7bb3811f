ALTER TABLE documents DROP CONSTRAINT documents_order_fk;
DROP TABLE holds, service_events, service_prices, service_options, services, orders;
