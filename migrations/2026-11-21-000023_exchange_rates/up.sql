-- Rates by their day. `currencies.rate` stays the one in force: the newest that is not of a day to come.
CREATE TABLE exchange_rates (
    -- The default currency of then. Rates against another one are another history.
    base text NOT NULL REFERENCES currencies ON DELETE CASCADE,
    currency text NOT NULL REFERENCES currencies ON DELETE CASCADE,
    -- By the calendar of the installation's zone.
    on_date date NOT NULL,
    -- How many of `currency` one unit of `base` buys.
    rate numeric(19, 8) NOT NULL CHECK (rate > 0),
    -- rescaled: worked out when another currency became the default.
    source text NOT NULL CHECK (source IN ('staff', 'feed', 'rescaled')),
    set_at timestamptz NOT NULL,
    PRIMARY KEY (base, currency, on_date),
    CHECK (base <> currency)
);
-- For a currency that is deleted.
CREATE INDEX exchange_rates_currency ON exchange_rates (currency);

INSERT INTO exchange_rates (base, currency, on_date, rate, source, set_at)
SELECT d.code, c.code,
       (c.updated_at AT TIME ZONE coalesce((SELECT value->'general'->>'time_zone' FROM settings WHERE key = 'settings'), 'UTC'))::date,
       c.rate, 'staff', c.updated_at
FROM currencies c JOIN currencies d ON d.is_default WHERE NOT c.is_default;

-- A rate comes into force at the beginning of its day: prices are converted then, unless staff chose another time.
UPDATE schedules SET cron = '0 0 * * *', next_run_at = NULL WHERE key = 'convert-prices' AND cron = '30 1 * * *';
