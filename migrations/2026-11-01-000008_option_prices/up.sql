-- Prices of a group's options can follow the exchange rate, as those of products do.
ALTER TABLE option_groups ADD COLUMN convert_price boolean NOT NULL DEFAULT false;
