UPDATE schedules SET cron = '30 1 * * *', next_run_at = NULL WHERE key = 'convert-prices' AND cron = '0 0 * * *';
DROP TABLE exchange_rates;
