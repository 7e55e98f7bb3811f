ALTER TABLE documents DROP CONSTRAINT documents_order_fk;
DROP TABLE holds, service_events, service_prices, service_options, services, orders;
DROP FUNCTION periods_within, period_start, period_step, service_paid_until, first_due_hour, hour_share, whole_second;
