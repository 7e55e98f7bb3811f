-- What the ledger took for services, and gave back, between two instants. What a document was paid with is on that document.
-- $1 uuid[]: clients. $2, $3 timestamptz: from, and to (not included).
moved AS MATERIALIZED (
    SELECT t.id, t.at, t.client_id, t.service_id, t.period_from, t.period_to, t.explanation,
           (t.explanation->>'price_version')::integer AS price_version,
           CASE WHEN t.kind = 'refund' THEN -t.amount ELSE t.amount END AS amount,
           CASE WHEN t.kind = 'refund' THEN 'unused_time'
                WHEN t.explanation ? 'change' THEN 'options_change'
                WHEN t.explanation->>'fee' = 'setup' THEN 'setup'
                WHEN t.explanation->>'fee' = 'uninstall' THEN 'removal'
                ELSE 'running' END AS what
    FROM unnest($1) AS c (client_id)
    JOIN ledger_transfers t ON t.client_id = c.client_id AND t.at >= $2 AND t.at < $3
        AND t.document_id IS NULL AND (t.kind = 'charge' OR (t.kind = 'refund' AND t.explanation ? 'change'))
), ends AS (
    SELECT client_id, min(period_from) AS first, max(period_to) AS last
    FROM moved WHERE what = 'running' GROUP BY client_id
), single AS (
    -- What runs is charged by rows of `charges`, many to a transfer; the rest is a transfer each.
    SELECT m.at, c.client_id, c.service_id, 'running' AS what, c.price_version, c.period_from, c.period_to, c.amount
    FROM ends e
    JOIN charges c ON c.client_id = e.client_id AND c.period_from >= e.first AND c.period_from < e.last
    JOIN moved m ON m.id = c.transfer_id AND m.what = 'running'
    UNION ALL
    SELECT at, client_id, service_id, what, price_version, at, at, amount
    FROM moved WHERE what <> 'running'
)
