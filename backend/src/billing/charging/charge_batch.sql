-- Charges everything that is due of some clients whose wallets this transaction has locked. Clients that cannot pay all of
-- it are left alone and returned.
--
-- $1 uuid[]: clients. $2 uuid[]: an id for the transfer of each. $3 timestamptz: up to when, in whole seconds.
-- $4, $5 bigint[]: begins (epoch seconds) and hours of the months from the oldest watermark to $3.
-- $6, $7 uuid: the smallest and the largest of the clients, so that ranges of the indexes are read.
-- $8 timestamptz: when it happens; later than $3 when only what was due until then is charged.
WITH mine AS MATERIALIZED (
    SELECT w.client_id, w.company_id, w.currency, w.balance, w.balance - w.held + w.credit_limit AS available,
           whole_second(w.charged_to) AS charged_to, whole_second($3) AS now_s, c.transfer_id,
           -- Movements of a wallet follow each other, whoever looked at the clock first.
           GREATEST($8, w.updated_at) AS at
    FROM unnest($1, $2) AS c (client_id, transfer_id)
    JOIN wallets w ON w.client_id = c.client_id AND w.client_id BETWEEN $6 AND $7
), stream AS (
    SELECT m.client_id, s.id AS service_id, s.rate, s.price_version, s.period = 'hourly' AS flat,
           first_due_hour(whole_second(s.stream_from), m.charged_to) AS first_s, m.now_s
    FROM mine m
    JOIN services s ON s.client_id = m.client_id AND s.stream_from IS NOT NULL AND s.client_id BETWEEN $6 AND $7
    OFFSET 0
), slices AS (
    -- One row for each calendar month; one without a month when nothing is due yet.
    SELECT s.client_id, s.service_id, (s.rate * 10000)::bigint AS price, s.price_version, s.flat, n.begins, n.hours,
           CASE WHEN s.first_s >= n.begins THEN s.first_s
                ELSE s.first_s + (n.begins - s.first_s + 3599) / 3600 * 3600 END AS from_s,
           s.first_s + ((LEAST(s.now_s, n.begins + n.hours * 3600 - 1) - s.first_s) / 3600 + 1) * 3600 AS to_s,
           CASE WHEN s.first_s > s.now_s THEN s.first_s
                ELSE s.first_s + ((s.now_s - s.first_s) / 3600 + 1) * 3600 END AS next_s
    FROM stream s
    LEFT JOIN unnest($4, $5) AS n (begins, hours)
        ON s.first_s <= s.now_s AND s.first_s < n.begins + n.hours * 3600
            -- An hour of that month has begun, not only the month.
            AND s.now_s >= CASE WHEN s.first_s >= n.begins THEN s.first_s
                                ELSE s.first_s + (n.begins - s.first_s + 3599) / 3600 * 3600 END
    OFFSET 0
), periods AS (
    SELECT s.client_id, s.id AS service_id, (s.rate * 10000)::bigint AS price, s.price_version, p.number,
           period_start(s.anchor_at, s.period, p.number) AS period_from,
           period_start(s.anchor_at, s.period, p.number + 1) AS period_to
    FROM mine m
    JOIN services s ON s.client_id = m.client_id AND s.client_id BETWEEN $6 AND $7 AND s.state = 'active'
        AND s.charge_by = 'periods' AND s.past_due_since IS NULL AND s.paid_until <= $3
        AND (s.terminate_at IS NULL OR s.terminate_at > s.paid_until)
    CROSS JOIN LATERAL generate_series(
        s.periods_charged, s.periods_charged + periods_within(s.period, m.now_s - whole_second(s.paid_until))) AS p (number)
    WHERE period_start(s.anchor_at, s.period, p.number) <= $3
), due AS MATERIALIZED (
    -- Where `period_from` is null nothing is due yet: such rows only tell when something will be.
    SELECT client_id, service_id, to_timestamp(from_s) AS period_from, to_timestamp(to_s) AS period_to, price_version,
           CASE WHEN flat THEN price * ((to_s - from_s) / 3600)
                ELSE hour_share(price, (to_s - 3600 - begins) / 3600 + 1, hours)
                   - hour_share(price, (from_s - begins) / 3600, hours) END AS units,
           to_timestamp(next_s) AS next_at
    FROM slices
    UNION ALL
    SELECT client_id, service_id, period_from, period_to, price_version, price,
           max(period_to) OVER (PARTITION BY service_id)
    FROM periods
    UNION ALL
    SELECT s.client_id, s.id, NULL, NULL, s.price_version, NULL, s.paid_until
    FROM mine m
    JOIN services s ON s.client_id = m.client_id AND s.client_id BETWEEN $6 AND $7 AND s.state = 'active'
        AND s.charge_by = 'periods' AND s.past_due_since IS NULL AND s.paid_until > $3
        AND (s.terminate_at IS NULL OR s.terminate_at > s.paid_until)
), totals AS (
    SELECT client_id, coalesce(sum(units), 0) * 0.0001 AS amount, count(period_from) AS charges,
           min(period_from) AS period_from, max(period_to) FILTER (WHERE period_from IS NOT NULL) AS period_to,
           min(next_at) AS next_due_at
    FROM due GROUP BY client_id
), decided AS MATERIALIZED (
    SELECT m.*, coalesce(t.amount, 0) AS amount, coalesce(t.charges, 0) AS charges, t.period_from, t.period_to,
           t.next_due_at, coalesce(t.amount, 0) > 0 AND t.amount > m.available AS short
    FROM mine m
    LEFT JOIN totals t ON t.client_id = m.client_id
), charged AS (
    INSERT INTO charges (client_id, service_id, period_from, period_to, amount, price_version, transfer_id)
    SELECT d.client_id, d.service_id, d.period_from, d.period_to, d.units * 0.0001, d.price_version,
           CASE WHEN w.amount > 0 THEN w.transfer_id END
    FROM due d JOIN decided w ON w.client_id = d.client_id
    WHERE d.period_from IS NOT NULL AND NOT w.short
    -- In the order of the key: the index is filled from left to right.
    ORDER BY d.client_id, d.service_id, d.period_from
), advanced AS (
    UPDATE services s
    SET paid_until = p.paid_until, periods_charged = p.number
    FROM (SELECT service_id, max(period_to) AS paid_until, max(number) + 1 AS number FROM periods GROUP BY service_id) p,
         decided w
    WHERE s.id = p.service_id AND w.client_id = s.client_id AND NOT w.short
), moved AS (
    INSERT INTO ledger_transfers (id, at, posting_id, debit_account, credit_account, amount, currency, kind, client_id,
        period_from, period_to, actor, explanation, balance_after, cause)
    SELECT w.transfer_id, w.at, w.transfer_id, w.client_id, a.id, w.amount, w.currency, 'charge', w.client_id,
           w.period_from, w.period_to, 'system', jsonb_build_object('charges', w.charges), w.balance - w.amount,
           'charge:' || w.client_id || ':' || w.now_s
    FROM decided w
    -- Without a revenue account the row is refused, and with it the whole batch.
    LEFT JOIN ledger_accounts a
        ON a.company_id = w.company_id AND a.currency = w.currency AND a.kind = 'revenue' AND a.name = ''
    WHERE w.amount > 0 AND NOT w.short
), settled AS (
    UPDATE wallets w
    SET balance = w.balance - d.amount, charged_to = GREATEST(w.charged_to, $3), next_due_at = d.next_due_at,
        used = w.used OR d.amount > 0, updated_at = d.at
    FROM decided d
    WHERE w.client_id = d.client_id AND NOT d.short AND w.client_id BETWEEN $6 AND $7
)
SELECT CASE WHEN d.short THEN d.client_id END AS short_client, count(*) AS clients,
       coalesce(sum(d.charges) FILTER (WHERE NOT d.short), 0)::bigint AS charges
FROM decided d GROUP BY 1
