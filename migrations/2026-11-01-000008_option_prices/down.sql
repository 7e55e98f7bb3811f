ALTER TABLE option_groups DROP COLUMN convert_price;
