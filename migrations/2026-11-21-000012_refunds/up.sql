-- Money that went back: which part of which payment, by which credit note.

-- What of a payment was paid back; suspense is not part of it.
ALTER TABLE payments ADD COLUMN refunded numeric(19, 4) NOT NULL DEFAULT 0,
    ADD CHECK (refunded BETWEEN 0 AND to_wallet + to_tax);

CREATE TABLE refunds (
    id uuid PRIMARY KEY,
    invoice_id uuid NOT NULL REFERENCES documents,
    credit_note_id uuid NOT NULL REFERENCES documents,
    -- The payment that it came in with; none when the invoice was paid from the wallet.
    payment_id uuid REFERENCES payments,
    -- Gross.
    amount numeric(19, 4) NOT NULL CHECK (amount > 0),
    method text NOT NULL CHECK (method IN ('by_hand', 'wallet')),
    -- What staff wrote on the transfer back.
    reference text NOT NULL DEFAULT '' CHECK (length(reference) <= 200),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK ((method = 'wallet') = (payment_id IS NULL))
);
CREATE INDEX refunds_invoice ON refunds (invoice_id);
CREATE INDEX refunds_credit_note ON refunds (credit_note_id);
CREATE INDEX refunds_payment ON refunds (payment_id) WHERE payment_id IS NOT NULL;
CREATE TRIGGER refunds_append_only BEFORE UPDATE OR DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON refunds FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The credit notes of an invoice.
CREATE INDEX documents_credit_notes ON documents (invoice_id) WHERE kind = 'credit_note';
