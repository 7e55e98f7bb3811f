DROP INDEX documents_credit_notes;
DROP TABLE refunds;
ALTER TABLE payments DROP COLUMN refunded;
