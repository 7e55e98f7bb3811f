-- Active clients whose wallet covers something that waits for money: a service that lacks it, or all that is pending of an order.
--
-- $1 bigint: the hour of the month that began last. $2 bigint: the hours of this month. $3 bigint: clients at most.
-- What starting costs is `rules::starting::first_charge`; resuming costs nothing while paid time is left.
WITH waiting AS (
    SELECT s.client_id, s.id AS together, NULL::numeric AS quoted, 0 AS setup, s.rate,
           s.charge_by = 'hours' AND s.period <> 'hourly' AS month_by_hours,
           s.charge_by = 'once' OR whole_second(s.paid_until) > whole_second(s.suspended_at) AS paid
    FROM services s
    WHERE s.state = 'suspended' AND s.suspension_reason = 'insufficient_funds' AND NOT s.manual AND s.operation IS NULL
    UNION ALL
    SELECT o.client_id, o.id, o.due_now, s.setup, s.rate, s.charge_by = 'hours' AND s.period <> 'hourly', false
    FROM orders o JOIN services s ON s.order_id = o.id AND s.state = 'pending'
    WHERE o.status = 'pending'
), costs AS (
    -- An order costs no more than was quoted.
    SELECT client_id, max(quoted) IS NOT NULL AS is_order, least(max(quoted), sum(setup + CASE
        WHEN paid THEN 0
        WHEN month_by_hours
            THEN (hour_share((rate * 10000)::bigint, $1, $2) - hour_share((rate * 10000)::bigint, $1 - 1, $2)) / 10000.0
        ELSE rate END)) AS cost
    FROM waiting GROUP BY client_id, together
)
SELECT DISTINCT c.client_id
FROM costs c JOIN wallets w ON w.client_id = c.client_id JOIN clients a ON a.id = c.client_id AND a.status = 'active'
WHERE c.cost <= w.balance - w.held + w.credit_limit OR (c.is_order AND c.cost <= 0)
ORDER BY c.client_id LIMIT $3
