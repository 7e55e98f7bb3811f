// A provider with many clients whose services are charged by the hour, written straight into the tables: what the charging
// run meets in real life, without selling thousands of services first. Every wallet is filled by a ledger entry.

/** SQL for `clients` clients with four services each, the first hours of which are due from `start` on. */
export function provider({ clients, start, balance = "100000.0000" }) {
  return `
BEGIN;
SELECT setseed(0.42);
SELECT ensure_partitions('${start}'::timestamptz - interval '1 day', '${start}'::timestamptz + interval '40 days');
INSERT INTO currencies (code, is_default, created_at, updated_at)
  SELECT 'EUR', NOT EXISTS (SELECT FROM currencies WHERE is_default), '${start}', '${start}'
  WHERE NOT EXISTS (SELECT FROM currencies WHERE code = 'EUR');
INSERT INTO companies (id, name, country, currency, is_default, created_at, updated_at)
  VALUES ('00000000-0000-7000-8000-00000000c001', 'Durable Hosting', 'PL', 'EUR',
          NOT EXISTS (SELECT FROM companies WHERE is_default), '${start}', '${start}');
INSERT INTO ledger_accounts (id, kind, company_id, currency, name, created_at)
  VALUES ('00000000-0000-7000-8000-00000000a001', 'goodwill', '00000000-0000-7000-8000-00000000c001', 'EUR', '', '${start}');
INSERT INTO products (id, key, texts, created_at, updated_at)
  VALUES ('00000000-0000-7000-8000-00000000d001', 'durable-vps', '{"en": {"name": "Durable VPS"}}', '${start}', '${start}');

CREATE TEMP TABLE made ON COMMIT DROP AS
  SELECT gen_random_uuid() AS id, n, interval '1 minute' * floor(random() * 50) AS minute FROM generate_series(1, ${clients}) n;
INSERT INTO clients (id, status, first_name, last_name, email, currency, company_id, created_at, updated_at)
  SELECT id, 'active', 'Client', n::text, 'client' || n || '@durable.test', 'EUR', '00000000-0000-7000-8000-00000000c001',
         '${start}', '${start}' FROM made;
INSERT INTO ledger_accounts (id, kind, client_id, currency, created_at) SELECT id, 'wallet', id, 'EUR', '${start}' FROM made;
INSERT INTO wallets (client_id, company_id, currency, balance, charged_to, next_due_at, used, updated_at)
  SELECT id, '00000000-0000-7000-8000-00000000c001', 'EUR', ${balance}, '${start}'::timestamptz - interval '1 second',
         '${start}'::timestamptz + minute, true, '${start}' FROM made;
INSERT INTO ledger_transfers (id, at, posting_id, debit_account, credit_account, amount, currency, kind, client_id, actor,
                              explanation, balance_after, cause)
  SELECT gen_random_uuid(), '${start}', gen_random_uuid(), '00000000-0000-7000-8000-00000000a001', id, ${balance}, 'EUR', 'credit',
         id, 'system', '{}', ${balance}, 'opening:' || id FROM made;
INSERT INTO ledger_causes (cause, posting_id, at) SELECT cause, posting_id, at FROM ledger_transfers;
INSERT INTO services (id, client_id, product_id, company_id, label, state, currency, period, charge_by, setup, base, stream_from,
                      suspension_grace_hours, module, activated_at, created_at, updated_at)
  SELECT gen_random_uuid(), m.id, '00000000-0000-7000-8000-00000000d001', '00000000-0000-7000-8000-00000000c001',
         'vps-' || m.n || '-' || s, 'active', 'EUR', CASE WHEN s % 2 = 0 THEN 'monthly' ELSE 'hourly' END, 'hours', 0,
         CASE WHEN s % 2 = 0 THEN round((random() * 90 + 1)::numeric, 2) ELSE round((random() * 0.2)::numeric + 0.0001, 4) END,
         '${start}'::timestamptz + m.minute + interval '2 minutes' * (s - 1), 0, 'manual', '${start}', '${start}', '${start}'
  FROM made m CROSS JOIN generate_series(1, 4) s;
INSERT INTO service_prices (service_id, version, snapshot, valid_from)
  SELECT id, 1, jsonb_build_object('product', jsonb_build_object('setup', '0.0000', 'base', base::text)), created_at FROM services;
COMMIT;
ANALYZE;
`;
}

/** What must hold of the charges, whatever happened: each query gives the rows that break it. */
export const rules = {
  "no hour is missing or doubled": `
    WITH expected AS (
      SELECT s.id, s.stream_from,
             s.stream_from + interval '1 hour' * (floor(extract(epoch FROM w.charged_to - s.stream_from) / 3600) + 1) AS upto
      FROM services s JOIN wallets w USING (client_id) WHERE s.stream_from <= w.charged_to),
    ranges AS (
      SELECT service_id, period_from, period_to, lead(period_from) OVER (PARTITION BY service_id ORDER BY period_from) AS following
      FROM charges),
    found AS (
      SELECT service_id, min(period_from) AS first, max(period_to) AS last,
             bool_or(following IS NOT NULL AND following <> period_to) AS broken
      FROM ranges GROUP BY service_id)
    SELECT e.id, e.stream_from, e.upto, f.first, f.last, f.broken
    FROM expected e LEFT JOIN found f ON f.service_id = e.id
    WHERE f.first IS DISTINCT FROM e.stream_from OR f.last IS DISTINCT FROM e.upto OR f.broken IS DISTINCT FROM false LIMIT 5`,
  "every hour costs what the price says": `
    WITH hours AS (
      SELECT c.service_id, s.period, s.base, h,
             extract(epoch FROM date_trunc('hour', h) - date_trunc('month', h, 'UTC')) / 3600 + 1 AS k,
             extract(epoch FROM (date_trunc('month', h AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
                     - date_trunc('month', h, 'UTC')) / 3600 AS n
      FROM charges c JOIN services s ON s.id = c.service_id,
           generate_series(c.period_from, c.period_to - interval '1 second', interval '1 hour') h
      WHERE s.charge_by = 'hours'),
    due AS (
      SELECT service_id, sum(CASE WHEN period = 'hourly' THEN base ELSE round(base * k / n, 4) - round(base * (k - 1) / n, 4) END) AS amount
      FROM hours GROUP BY service_id)
    SELECT due.service_id, due.amount AS expected, taken.amount AS taken
    FROM due JOIN (SELECT service_id, sum(amount) AS amount FROM charges GROUP BY service_id) taken USING (service_id)
    WHERE due.amount <> taken.amount LIMIT 5`,
  "each wallet paid what its services cost": `
    SELECT w.client_id, w.balance, opened.amount - coalesce(taken.amount, 0) AS expected
    FROM wallets w
    JOIN (SELECT client_id, sum(amount) AS amount FROM ledger_transfers WHERE kind <> 'charge' AND credit_account = client_id GROUP BY 1) opened USING (client_id)
    LEFT JOIN (SELECT client_id, sum(amount) AS amount FROM charges GROUP BY 1) taken USING (client_id)
    WHERE w.balance <> opened.amount - coalesce(taken.amount, 0) LIMIT 5`,
  "transfers and charges say the same": `
    SELECT t.id, t.amount, c.amount AS charges
    FROM ledger_transfers t
    LEFT JOIN (SELECT transfer_id, sum(amount) AS amount FROM charges GROUP BY 1) c ON c.transfer_id = t.id
    WHERE t.kind = 'charge' AND t.amount IS DISTINCT FROM c.amount LIMIT 5`,
};
