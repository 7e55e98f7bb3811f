//! Each check is one query: how many things it looked at, how many are broken, and a few of them in words.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::RunQueryDsl;

use super::Finding;
use crate::db::Conn;

/// A check: its title, a count of what is looked at, and a query of one text for each broken thing.
struct Check {
    title: &'static str,
    seen: &'static str,
    broken: &'static str,
}

const CHECKS: &[Check] = &[
    Check {
        title: "Every wallet's balance is the sum of its movements",
        seen: "SELECT count(*) FROM wallets",
        broken: "SELECT format('client %s: balance %s, movements %s', w.client_id, w.balance, coalesce(m.sum, 0)) AS what
            FROM wallets w LEFT JOIN (
                SELECT account, sum(amount) AS sum FROM (
                    SELECT credit_account AS account, amount FROM ledger_transfers
                    UNION ALL SELECT debit_account, -amount FROM ledger_transfers) sides GROUP BY account) m
                ON m.account = w.client_id
            WHERE w.balance <> coalesce(m.sum, 0)",
    },
    Check {
        title: "Balances before and after movements form one unbroken chain for each wallet",
        seen: "SELECT count(*) FROM ledger_transfers WHERE balance_after IS NOT NULL",
        broken: "SELECT format('client %s: balance %s does not continue', client_id, value) AS what FROM (
                SELECT client_id, balance_after AS value, -1 AS n FROM ledger_transfers WHERE balance_after IS NOT NULL
                UNION ALL
                SELECT client_id, balance_after - CASE WHEN credit_account = client_id THEN amount ELSE -amount END, 1
                FROM ledger_transfers WHERE balance_after IS NOT NULL
                UNION ALL SELECT client_id, balance, 1 FROM wallets
                UNION ALL SELECT client_id, 0, -1 FROM wallets) ends
            GROUP BY client_id, value HAVING sum(n) <> 0",
    },
    Check {
        title: "Every movement of a wallet tells the balance after it",
        seen: "SELECT count(*) FROM ledger_transfers",
        broken: "SELECT format('transfer %s', t.id) AS what FROM ledger_transfers t
            WHERE t.balance_after IS NULL AND (t.debit_account = t.client_id OR t.credit_account = t.client_id)",
    },
    Check {
        title: "Daily balances of accounts are the sums of their movements",
        seen: "SELECT count(*) FROM ledger_snapshots",
        broken: "SELECT format('account %s: %s noted at the end of %s, movements of %s', account, noted, day, sum) AS what
            FROM (
                SELECT account, day, max(noted) AS noted,
                       sum(sum(moved)) OVER (PARTITION BY account ORDER BY day) AS sum
                FROM (
                    SELECT credit_account AS account, (at AT TIME ZONE 'UTC')::date AS day, amount AS moved, NULL::numeric AS noted
                    FROM ledger_transfers
                    UNION ALL SELECT debit_account, (at AT TIME ZONE 'UTC')::date, -amount, NULL FROM ledger_transfers
                    UNION ALL SELECT account_id, day, 0, balance FROM ledger_snapshots) sides
                WHERE EXISTS (SELECT FROM ledger_seals)
                    AND account NOT IN (SELECT client_id FROM wallets)
                GROUP BY account, day) days
            WHERE noted IS DISTINCT FROM sum AND day IN (SELECT day FROM ledger_seals)",
    },
    Check {
        title: "A movement that takes another back mirrors it",
        seen: "SELECT count(*) FROM ledger_transfers WHERE reverses IS NOT NULL",
        broken: "SELECT format('transfer %s takes %s back', r.id, r.reverses) AS what FROM ledger_transfers r
            LEFT JOIN ledger_transfers t ON t.id = r.reverses
            WHERE r.reverses IS NOT NULL AND (t.id IS NULL OR r.amount <> t.amount OR r.currency <> t.currency
                OR r.debit_account <> t.credit_account OR r.credit_account <> t.debit_account)",
    },
    Check {
        title: "What is set aside in every wallet is the sum of its open holds",
        seen: "SELECT count(*) FROM wallets",
        broken: "SELECT format('client %s: %s set aside, holds of %s', w.client_id, w.held, coalesce(h.sum, 0)) AS what
            FROM wallets w
            LEFT JOIN (SELECT client_id, sum(amount) AS sum FROM holds WHERE state = 'open' GROUP BY 1) h
                ON h.client_id = w.client_id
            WHERE w.held <> coalesce(h.sum, 0)",
    },
    Check {
        title: "Both sides of every movement are accounts of its currency",
        seen: "SELECT count(*) FROM ledger_transfers",
        broken: "SELECT format('transfer %s', t.id) AS what FROM ledger_transfers t
            LEFT JOIN ledger_accounts d ON d.id = t.debit_account
            LEFT JOIN ledger_accounts c ON c.id = t.credit_account
            WHERE d.currency IS DISTINCT FROM t.currency OR c.currency IS DISTINCT FROM t.currency",
    },
    Check {
        title: "Every event was posted once, under its own cause",
        seen: "SELECT count(*) FROM ledger_causes",
        broken: "SELECT format('cause %s', cause) AS what FROM (
                SELECT DISTINCT cause, posting_id FROM ledger_transfers) p
            GROUP BY cause HAVING count(*) > 1
            UNION ALL
            SELECT format('transfer %s has no cause', t.id) FROM ledger_transfers t
            WHERE t.cause NOT LIKE 'charge:%' AND NOT EXISTS (
                SELECT FROM ledger_causes c WHERE c.cause = t.cause AND c.posting_id = t.posting_id)",
    },
    Check {
        title: "No two charges of a service overlap in time",
        seen: "SELECT count(*) FROM charges",
        broken: "SELECT format('service %s: charged again from %s', service_id, period_from) AS what FROM (
                SELECT service_id, period_from,
                       lag(period_to) OVER (PARTITION BY client_id, service_id ORDER BY period_from) AS before
                FROM (SELECT client_id, service_id, period_from, period_to FROM charges
                      UNION ALL SELECT client_id, service_id, first_from, last_to FROM archived_charges) c) c
            WHERE before > period_from",
    },
    Check {
        title: "Running services are charged without a gap, except while they were suspended or another client's",
        seen: "SELECT count(*) FROM charges",
        broken: "SELECT format('service %s: nothing charged from %s to %s', g.service_id, g.before, g.period_from) AS what FROM (
                SELECT service_id, period_from, lag(last_from) OVER charged AS started, lag(period_to) OVER charged AS before
                FROM (SELECT client_id, service_id, period_from, period_from AS last_from, period_to FROM charges
                      UNION ALL SELECT client_id, service_id, first_from, last_from, last_to FROM archived_charges) c
                WINDOW charged AS (PARTITION BY client_id, service_id ORDER BY period_from)) g
            WHERE g.before < g.period_from AND NOT EXISTS (
                SELECT FROM service_events e WHERE e.service_id = g.service_id
                    AND (e.what = 'moved' OR (e.state_from = 'suspended' AND e.state_to = 'active'))
                    AND e.at >= g.started AND e.at < g.period_from + interval '1 second')",
    },
    Check {
        title: "Services that moved are charged to one client after the other, each hour and period once",
        seen: "SELECT count(*) FROM service_events WHERE what = 'moved'",
        broken: "SELECT format('service %s: charged up to %s, then from %s', g.service_id, g.before, g.period_from) AS what FROM (
                SELECT service_id, period_from,
                       lag(period_from) OVER charged AS started, lag(period_to) OVER charged AS before
                FROM charges WHERE service_id IN (SELECT service_id FROM service_events WHERE what = 'moved')
                WINDOW charged AS (PARTITION BY service_id ORDER BY period_from)) g
            WHERE g.before > g.period_from OR (g.before < g.period_from AND NOT EXISTS (
                SELECT FROM service_events e WHERE e.service_id = g.service_id AND e.state_from = 'suspended'
                    AND e.state_to = 'active' AND e.at >= g.started AND e.at < g.period_from + interval '1 second')
                -- What was charged in between is in files.
                AND NOT EXISTS (SELECT FROM archived_charges a WHERE a.service_id = g.service_id
                    AND a.first_from < g.period_from AND a.last_to > g.before))",
    },
    Check {
        title: "Every service that is charged by the hour is charged up to its wallet's watermark",
        seen: "SELECT count(*) FROM services WHERE stream_from IS NOT NULL",
        broken: "SELECT format('service %s: paid until %s, charged to %s', s.id,
                   service_paid_until(s.paid_until, s.stream_from, w.charged_to), c.upto) AS what
            FROM services s JOIN wallets w ON w.client_id = s.client_id
            CROSS JOIN LATERAL (SELECT greatest(
                (SELECT max(c.period_to) FROM charges c WHERE c.client_id = s.client_id AND c.service_id = s.id),
                (SELECT max(a.last_to) FROM archived_charges a WHERE a.client_id = s.client_id AND a.service_id = s.id)) AS upto) c
            WHERE s.stream_from IS NOT NULL
              AND c.upto < service_paid_until(s.paid_until, s.stream_from, w.charged_to)
              AND s.stream_from < service_paid_until(s.paid_until, s.stream_from, w.charged_to)",
    },
    Check {
        title: "Every wallet is looked at when its next charge is due",
        seen: "SELECT count(*) FROM wallets",
        broken: "SELECT format('client %s: looked at %s, due %s', w.client_id, w.next_due_at, d.at) AS what
            FROM wallets w JOIN (
                SELECT s.client_id, min(CASE WHEN s.stream_from IS NULL THEN s.paid_until
                                             ELSE service_paid_until(NULL, s.stream_from, w.charged_to) END) AS at
                FROM services s JOIN wallets w ON w.client_id = s.client_id
                WHERE s.stream_from IS NOT NULL OR (s.state = 'active' AND s.charge_by = 'periods'
                    AND s.past_due_since IS NULL AND (s.terminate_at IS NULL OR s.terminate_at > s.paid_until))
                GROUP BY s.client_id) d ON d.client_id = w.client_id
            WHERE w.next_due_at IS NULL OR w.next_due_at > d.at",
    },
    Check {
        title: "Charges of services add up to what left the wallet",
        seen: "SELECT count(*) FROM ledger_transfers WHERE kind = 'charge' AND explanation ? 'charges'",
        broken: "SELECT format('transfer %s: %s taken, charges of %s', coalesce(t.id, c.transfer_id), t.amount, c.sum) AS what
            FROM (SELECT id, amount FROM ledger_transfers t WHERE kind = 'charge' AND explanation ? 'charges'
                    -- Those that are whole in an archived month are checked below.
                    AND NOT (EXISTS (SELECT FROM archived_months m
                            WHERE m.month = date_trunc('month', t.period_from AT TIME ZONE 'UTC')::date)
                        AND NOT EXISTS (SELECT FROM archived_splits p WHERE p.transfer_id = t.id))) t
            FULL JOIN (SELECT transfer_id, sum(amount) AS sum FROM (
                    SELECT transfer_id, amount FROM charges WHERE transfer_id IS NOT NULL
                    UNION ALL SELECT transfer_id, amount FROM archived_splits) parts GROUP BY 1) c
                ON c.transfer_id = t.id
            WHERE t.amount IS DISTINCT FROM c.sum
            UNION ALL
            SELECT format('service %s: a charge of %s was never taken', service_id, amount) FROM charges
            WHERE transfer_id IS NULL AND amount > 0",
    },
    Check {
        title: "What is kept of archived months is what left the wallet, client by client",
        seen: "SELECT count(*) FROM archived_charges",
        broken: "SELECT format('client %s, %s: charges of %s were archived, %s was taken', coalesce(a.client_id, t.client_id),
                coalesce(a.month, t.month), coalesce(a.sum, 0), coalesce(t.sum, 0)) AS what
            FROM (SELECT month, client_id, sum(amount) AS sum FROM archived_charges GROUP BY 1, 2) a
            FULL JOIN (SELECT month, client_id, sum(amount) AS sum FROM (
                    SELECT m.month, t.client_id, t.amount FROM archived_months m
                    JOIN ledger_transfers t ON date_trunc('month', t.period_from AT TIME ZONE 'UTC')::date = m.month
                    WHERE t.kind = 'charge' AND t.explanation ? 'charges'
                        AND NOT EXISTS (SELECT FROM archived_splits p WHERE p.transfer_id = t.id)
                    UNION ALL SELECT month, client_id, amount FROM archived_splits) parts GROUP BY 1, 2) t
                ON t.month = a.month AND t.client_id = a.client_id
            WHERE coalesce(a.sum, 0) <> coalesce(t.sum, 0)
            UNION ALL
            SELECT format('%s: %s charges of %s were archived, %s of %s are known', m.month, m.charges, m.sums,
                coalesce(a.charges, 0), a.sums)
            FROM archived_months m LEFT JOIN (
                SELECT month, sum(charges) AS charges, jsonb_object_agg(currency, sum::text) AS sums FROM (
                    SELECT a.month, w.currency, sum(a.charges) AS charges, sum(a.amount) AS sum
                    FROM archived_charges a JOIN wallets w ON w.client_id = a.client_id GROUP BY 1, 2) c GROUP BY 1) a
                ON a.month = m.month
            WHERE m.charges IS DISTINCT FROM a.charges OR m.sums IS DISTINCT FROM a.sums
            UNION ALL
            SELECT format('%s: the seal of %s is another one', m.month, m.sealed_to) FROM archived_months m
            LEFT JOIN ledger_seals s ON s.day = m.sealed_to WHERE s.hash IS DISTINCT FROM m.seal",
    },
    Check {
        title: "Lines and taxes of every document add up to its total",
        seen: "SELECT count(*) FROM documents",
        broken: "SELECT format('document %s %s', d.id, coalesce(d.number, '(draft)')) AS what FROM documents d
            LEFT JOIN (SELECT document_id, sum(amount) AS sum FROM document_lines GROUP BY 1) l ON l.document_id = d.id
            LEFT JOIN (SELECT document_id, sum(amount) AS sum FROM document_taxes GROUP BY 1) t ON t.document_id = d.id
            WHERE d.net <> coalesce(l.sum, 0) OR d.tax <> coalesce(t.sum, 0) OR d.total <> d.net + d.tax",
    },
    Check {
        title: "The paper of every document is the one that was frozen",
        seen: "SELECT count(*) FROM document_files",
        broken: "SELECT format('document %s', document_id) AS what FROM document_files WHERE sha256(bytes) <> sha256",
    },
    Check {
        title: "Every statement comes to what the ledger charged in its month",
        seen: "SELECT count(*) FROM statements",
        broken: "SELECT format('client %s, %s: %s on the statement, %s in the ledger', s.client_id, s.month,
                    s.charged - s.returned, coalesce(t.sum, 0)) AS what
            FROM statements s LEFT JOIN LATERAL (
                SELECT sum(CASE WHEN t.kind = 'charge' THEN t.amount ELSE -t.amount END) AS sum FROM ledger_transfers t
                WHERE t.client_id = s.client_id AND t.at >= s.month::timestamp AT TIME ZONE 'UTC'
                    AND t.at < (s.month + interval '1 month') AT TIME ZONE 'UTC'
                    AND t.document_id IS NULL
                    AND (t.kind = 'charge' OR (t.kind = 'refund' AND t.explanation ? 'change'))) t ON true
            WHERE s.charged - s.returned <> coalesce(t.sum, 0)
            UNION ALL
            SELECT format('client %s, %s: the paper was changed', client_id, month) FROM statement_files
            WHERE sha256(bytes) <> sha256",
    },
    Check {
        title: "Documents show as paid what payments brought, or the wallet",
        seen: "SELECT count(*) FROM documents WHERE kind = 'proforma' OR (kind = 'invoice' AND proforma_id IS NULL)",
        broken: "SELECT format('document %s: paid %s, %s of it from the wallet; payments of %s, the wallet %s', d.id, d.paid,
                d.from_wallet, coalesce(p.sum, 0), coalesce(w.sum, 0)) AS what
            FROM documents d LEFT JOIN (
                SELECT document_id, sum(to_wallet + to_tax) AS sum FROM payments
                WHERE status IN ('succeeded', 'refunded') GROUP BY 1) p ON p.document_id = d.id
            LEFT JOIN (
                SELECT document_id, sum(amount) AS sum FROM ledger_transfers
                WHERE kind = 'charge' AND document_id IS NOT NULL AND debit_account = client_id GROUP BY 1) w
                ON w.document_id = d.id
            WHERE (d.kind = 'proforma' OR (d.kind = 'invoice' AND d.proforma_id IS NULL)) AND (d.paid <> coalesce(p.sum, 0) + coalesce(w.sum, 0)
                OR d.from_wallet <> coalesce(w.sum, 0) OR (d.waived > 0 AND d.from_wallet = 0))",
    },
    Check {
        title: "Credit notes give back no more than their invoice, tax by tax",
        seen: "SELECT count(*) FROM documents WHERE kind = 'credit_note'",
        broken: "SELECT format('credit note %s', n.id) AS what FROM documents n
            LEFT JOIN documents i ON i.id = n.invoice_id AND i.kind = 'invoice'
            WHERE n.kind = 'credit_note' AND (i.id IS NULL OR n.net > 0 OR n.tax > 0 OR n.client_id <> i.client_id
                OR n.company_id <> i.company_id OR n.currency <> i.currency)
            UNION ALL
            SELECT format('invoice %s of %s, %s: %s was given back', i.id, i.total, i.status, -n.total) FROM documents i
            LEFT JOIN (SELECT invoice_id, sum(net) AS net, sum(tax) AS tax, sum(total) AS total FROM documents
                WHERE kind = 'credit_note' GROUP BY 1) n ON n.invoice_id = i.id
            WHERE i.kind = 'invoice' AND (i.net + coalesce(n.net, 0) < 0 OR i.tax + coalesce(n.tax, 0) < 0
                OR (i.status IN ('refunded', 'cancelled')) <> (n.total IS NOT NULL AND i.total + n.total = 0))
            UNION ALL
            SELECT format('invoice %s: more %s was given back than it bears', i.document_id, i.name) FROM document_taxes i
            JOIN (SELECT d.invoice_id, t.position, sum(t.amount) AS amount, sum(t.base) AS base
                FROM document_taxes t JOIN documents d ON d.id = t.document_id AND d.kind = 'credit_note'
                GROUP BY 1, 2) n ON n.invoice_id = i.document_id AND n.position = i.position
            WHERE i.amount + n.amount < 0 OR i.base + n.base < 0",
    },
    Check {
        title: "What credit notes give back was paid back, and went through the ledger",
        seen: "SELECT count(*) FROM refunds",
        broken: "SELECT format('credit note %s of %s: refunds of %s, movements of %s net and %s tax',
                n.id, n.total, coalesce(r.sum, 0), coalesce(t.net, 0), coalesce(t.tax, 0)) AS what
            FROM documents n
            LEFT JOIN (SELECT credit_note_id, sum(amount) AS sum FROM refunds GROUP BY 1) r ON r.credit_note_id = n.id
            LEFT JOIN (SELECT document_id, sum(amount) FILTER (WHERE kind = 'refund') AS net,
                    sum(amount) FILTER (WHERE kind = 'tax') AS tax
                FROM ledger_transfers WHERE cause LIKE 'refund:%' GROUP BY 1) t ON t.document_id = n.id
            JOIN documents i ON i.id = n.invoice_id
            WHERE n.kind = 'credit_note' AND (-n.total <> coalesce(r.sum, 0) OR -n.net <> coalesce(t.net, 0)
                OR -n.tax <> coalesce(t.tax, 0))
                -- What nobody paid is taken back without money, and so is the tax of what the wallet paid.
                AND NOT (r.sum IS NULL AND t.net IS NULL AND t.tax IS NULL AND i.proforma_id IS NULL
                    AND (i.status = 'cancelled' AND n.total = -i.total OR n.net = 0 AND n.tax = -i.waived))
            UNION ALL
            SELECT format('invoice %s: %s of it is not due, credit notes without money of %s', i.id,
                CASE i.status WHEN 'cancelled' THEN i.total ELSE i.waived END, coalesce(n.sum, 0))
            FROM documents i LEFT JOIN (
                SELECT invoice_id, -sum(total) AS sum FROM documents n
                WHERE kind = 'credit_note' AND NOT EXISTS (SELECT FROM refunds r WHERE r.credit_note_id = n.id) GROUP BY 1) n
                ON n.invoice_id = i.id
            WHERE i.kind = 'invoice' AND i.proforma_id IS NULL AND i.status <> 'draft'
                AND coalesce(n.sum, 0) <> CASE i.status WHEN 'cancelled' THEN i.total ELSE i.waived END
            UNION ALL
            SELECT format('payment %s: %s paid back, refunds of %s, movements of %s', p.id, p.refunded, coalesce(r.sum, 0),
                coalesce(t.sum, 0))
            FROM payments p
            LEFT JOIN (SELECT payment_id, sum(amount) AS sum FROM refunds GROUP BY 1) r ON r.payment_id = p.id
            LEFT JOIN (SELECT m.payment_id, sum(m.amount) AS sum FROM ledger_transfers m
                JOIN ledger_accounts c ON c.id = m.credit_account AND c.kind = 'gateway'
                WHERE m.cause LIKE 'refund:%' GROUP BY 1) t ON t.payment_id = p.id
            WHERE p.refunded <> coalesce(r.sum, 0) OR p.refunded <> coalesce(t.sum, 0)
                OR (p.status = 'refunded') <> (p.refunded > 0 AND p.refunded = p.to_wallet + p.to_tax)",
    },
    Check {
        title: "Every payment is booked whole: wallet, tax and money kept aside",
        seen: "SELECT count(*) FROM payments",
        broken: "SELECT format('payment %s: %s came in', p.id, p.gross) AS what FROM payments p
            LEFT JOIN (
                SELECT t.payment_id, sum(t.amount) FILTER (WHERE c.kind IN ('wallet', 'revenue')) AS wallet,
                       sum(t.amount) FILTER (WHERE c.kind = 'tax') AS tax,
                       sum(t.amount) FILTER (WHERE c.kind = 'suspense') AS suspense
                FROM ledger_transfers t JOIN ledger_accounts c ON c.id = t.credit_account
                JOIN ledger_accounts d ON d.id = t.debit_account AND d.kind = 'gateway'
                WHERE t.payment_id IS NOT NULL GROUP BY 1) t ON t.payment_id = p.id
            LEFT JOIN (
                SELECT t.payment_id, sum(t.amount) AS sum
                FROM ledger_transfers t JOIN ledger_accounts d ON d.id = t.debit_account AND d.kind = 'suspense'
                WHERE t.payment_id IS NOT NULL GROUP BY 1) a ON a.payment_id = p.id
            WHERE p.status IN ('succeeded', 'refunded') AND (p.gross <> p.to_wallet + p.to_tax + p.to_suspense
                OR p.to_wallet <> coalesce(t.wallet, 0) OR p.to_tax <> coalesce(t.tax, 0)
                OR p.to_suspense <> coalesce(t.suspense, 0) OR p.assigned <> coalesce(a.sum, 0))",
    },
    Check {
        title: "What is taken of every product's stock is what its living services hold",
        seen: "SELECT count(*) FROM products",
        broken: "SELECT format('product %s: %s taken, held by %s services', p.key, p.stock_used, coalesce(s.count, 0)) AS what
            FROM products p
            LEFT JOIN (SELECT product_id, count(*) AS count FROM services
                WHERE stock_taken AND ended_at IS NULL GROUP BY 1) s ON s.product_id = p.id
            WHERE p.stock_used <> coalesce(s.count, 0)",
    },
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seen: i64,
    #[diesel(sql_type = BigInt)]
    broken: i64,
    #[diesel(sql_type = Array<Text>)]
    samples: Vec<String>,
}

/// Runs every check.
pub(super) async fn all(tx: &mut Conn) -> QueryResult<Vec<Finding>> {
    let mut findings = Vec::with_capacity(CHECKS.len());
    for check in CHECKS {
        let query = format!(
            "WITH broken AS MATERIALIZED ({}) SELECT ({}) AS seen, count(*) AS broken,
                 coalesce((array_agg(what))[1:5], '{{}}') AS samples FROM broken",
            check.broken, check.seen
        );
        let row: Row = diesel::sql_query(query).get_result(tx).await?;
        findings.push(Finding {
            title: check.title.to_owned(),
            seen: row.seen,
            broken: row.broken,
            samples: row.samples,
        });
    }
    Ok(findings)
}
