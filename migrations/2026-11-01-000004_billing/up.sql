-- Billing: home companies, taxes, ledger, wallets, documents, payments.

CREATE TABLE companies (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    line1 text NOT NULL DEFAULT '',
    line2 text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    region text CHECK (region ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'),
    email text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    website text NOT NULL DEFAULT '',
    is_default boolean NOT NULL DEFAULT false,
    archived_at timestamptz,
    currency text NOT NULL REFERENCES currencies (code),
    -- EU VAT id, for reverse charge; empty outside the EU.
    vat_id text NOT NULL DEFAULT '',
    -- What is printed: [{"label": "NIP", "value": "…"}].
    tax_ids jsonb NOT NULL DEFAULT '[]',
    -- Used when no rule matches: [{"name": "VAT", "rate": "23.000"}].
    fallback_rates jsonb NOT NULL DEFAULT '[]',
    -- {"bank": "…", "iban": "…", "bic": "…", "account": "…"}
    bank jsonb NOT NULL DEFAULT '{}',
    logo bytea CHECK (octet_length(logo) <= 1048576),
    logo_type text CHECK (logo_type IN ('image/png', 'image/svg+xml')),
    -- Per language: {"en": {"funds": "Account top-up {YEAR}/{MONTH}"}}.
    item_texts jsonb NOT NULL DEFAULT '{}',
    pay_to text NOT NULL DEFAULT '',
    footer text NOT NULL DEFAULT '',
    paper text NOT NULL DEFAULT 'a4' CHECK (paper IN ('a4', 'us-letter')),
    sender_name text NOT NULL DEFAULT '',
    sender_email text NOT NULL DEFAULT '',
    due_days integer CHECK (due_days BETWEEN 0 AND 365), -- NULL: the general setting
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX companies_one_default ON companies (is_default) WHERE is_default;
ALTER TABLE clients ADD CONSTRAINT clients_company_fk FOREIGN KEY (company_id) REFERENCES companies;

-- The counter is locked by the transaction that issues, so numbers have no gaps.
CREATE TABLE number_series (
    company_id uuid NOT NULL REFERENCES companies,
    kind text NOT NULL CHECK (kind IN ('proforma', 'invoice', 'credit_note')),
    format text NOT NULL CHECK (length(format) BETWEEN 8 AND 100),
    next_number bigint NOT NULL DEFAULT 1 CHECK (next_number > 0),
    reset text NOT NULL DEFAULT 'monthly' CHECK (reset IN ('never', 'monthly', 'yearly')),
    -- The month or year that next_number counts in: '2026-11', '2026' or ''.
    counting text NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (company_id, kind)
);

CREATE TABLE gateways (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    module text NOT NULL,
    currencies text[] NOT NULL DEFAULT '{}', -- empty: all
    texts jsonb NOT NULL DEFAULT '{}',
    settings jsonb NOT NULL DEFAULT '{}',
    secrets_sealed bytea,
    sandbox boolean NOT NULL DEFAULT false,
    enabled boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX gateways_key ON gateways (company_id, key);

-- Read from the smallest `sort` up; the first match wins.
CREATE TABLE tax_rules (
    id uuid PRIMARY KEY,
    sort integer NOT NULL,
    company_id uuid REFERENCES companies, -- NULL: any
    country text CHECK (country ~ '^[A-Z]{2}$'), -- NULL: any
    region text CHECK (region ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'), -- NULL: the whole country
    for_private boolean NOT NULL DEFAULT true,
    for_company boolean NOT NULL DEFAULT true,
    for_taxed_company boolean NOT NULL DEFAULT true,
    -- Up to three: [{"name": "GST", "rate": "5.000"}, {"name": "QST", "rate": "9.975"}].
    rates jsonb NOT NULL DEFAULT '[]',
    note text NOT NULL DEFAULT '',
    valid_from date,
    valid_to date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX tax_rules_sort ON tax_rules (sort, id);

-- A client's wallet account has the client's id.
CREATE TABLE ledger_accounts (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('wallet', 'gateway', 'revenue', 'tax', 'fees', 'goodwill', 'suspense', 'write_off')),
    client_id uuid REFERENCES clients,
    company_id uuid REFERENCES companies,
    currency text NOT NULL REFERENCES currencies (code),
    -- Gateway accounts: the gateway's id. Tax accounts: the tax's name. Otherwise empty.
    name text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    CHECK ((kind = 'wallet') = (client_id IS NOT NULL)),
    CHECK ((kind = 'wallet') = (company_id IS NULL)),
    CHECK (kind <> 'wallet' OR client_id = id)
);
CREATE UNIQUE INDEX ledger_accounts_company ON ledger_accounts (company_id, currency, kind, name) WHERE company_id IS NOT NULL;

CREATE TABLE wallets (
    client_id uuid PRIMARY KEY REFERENCES clients,
    company_id uuid NOT NULL REFERENCES companies,
    currency text NOT NULL REFERENCES currencies (code),
    balance numeric(19, 4) NOT NULL DEFAULT 0,
    held numeric(19, 4) NOT NULL DEFAULT 0 CHECK (held >= 0),
    credit_limit numeric(19, 4) NOT NULL DEFAULT 0 CHECK (credit_limit >= 0),
    -- Watermark: every hour of a service in the stream that starts at or before it is charged.
    charged_to timestamptz NOT NULL,
    -- When the next charge of any service of this client is due; NULL: nothing will be.
    next_due_at timestamptz,
    -- True once a ledger entry exists: the currency is fixed.
    used boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX wallets_due ON wallets (next_due_at) WHERE next_due_at IS NOT NULL;

-- One row is one movement; a row that does not balance cannot be written. Append only, a partition a month.
CREATE TABLE ledger_transfers (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    posting_id uuid NOT NULL,
    debit_account uuid NOT NULL,
    credit_account uuid NOT NULL,
    amount numeric(19, 4) NOT NULL CHECK (amount > 0),
    currency text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('payment', 'charge', 'refund', 'adjustment', 'credit', 'tax', 'fee', 'suspense')),
    client_id uuid,
    service_id uuid,
    document_id uuid,
    payment_id uuid,
    period_from timestamptz,
    period_to timestamptz,
    actor text NOT NULL,
    -- Ids and numbers, not prose: price and version, quantity, unit, fraction, rule.
    explanation jsonb NOT NULL,
    -- Balance of the client's wallet after it; NULL when no wallet is touched.
    balance_after numeric(19, 4),
    cause text NOT NULL,
    reverses uuid,
    PRIMARY KEY (id, at),
    CHECK (debit_account <> credit_account)
) PARTITION BY RANGE (at);
CREATE INDEX ledger_transfers_client ON ledger_transfers (client_id, at, id);
CREATE INDEX ledger_transfers_at ON ledger_transfers (at, id);
CREATE INDEX ledger_transfers_posting ON ledger_transfers (posting_id);
CREATE TRIGGER ledger_transfers_append_only BEFORE UPDATE OR DELETE ON ledger_transfers
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Makes every posting but the charging run's idempotent (that one is guarded by the watermark and `charges`).
CREATE TABLE ledger_causes (
    cause text PRIMARY KEY CHECK (length(cause) <= 200),
    posting_id uuid NOT NULL,
    at timestamptz NOT NULL
);

-- What each service was charged: the detail behind the transfer of a client and run. Append only, a partition a month.
CREATE TABLE charges (
    client_id uuid NOT NULL,
    service_id uuid NOT NULL,
    period_from timestamptz NOT NULL,
    period_to timestamptz NOT NULL,
    amount numeric(19, 4) NOT NULL CHECK (amount >= 0),
    -- Which of the service's prices it was: `service_prices.version`.
    price_version integer NOT NULL,
    transfer_id uuid, -- NULL: nothing to pay
    PRIMARY KEY (client_id, service_id, period_from),
    CHECK (period_to > period_from)
) PARTITION BY RANGE (period_from);
CREATE TRIGGER charges_append_only BEFORE UPDATE OR DELETE ON charges
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Makes sure that the months from the one of `first` to the one of `last` have partitions.
CREATE FUNCTION ensure_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month timestamptz := date_trunc('month', first, 'UTC');
    following timestamptz;
    parent text;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(727275);
    WHILE month <= last LOOP
        following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        FOREACH parent IN ARRAY ARRAY['ledger_transfers', 'charges'] LOOP
            name := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent, month, following);
            END IF;
        END LOOP;
        month := following;
    END LOOP;
END
$$;

CREATE TABLE ledger_seals (
    day date PRIMARY KEY,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    transfers bigint NOT NULL,
    documents bigint NOT NULL,
    sealed_at timestamptz NOT NULL
);

-- Daily balances of the accounts that keep no running total.
CREATE TABLE ledger_snapshots (
    account_id uuid NOT NULL REFERENCES ledger_accounts,
    day date NOT NULL,
    balance numeric(24, 4) NOT NULL,
    PRIMARY KEY (account_id, day)
);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    client_id uuid NOT NULL REFERENCES clients,
    kind text NOT NULL CHECK (kind IN ('proforma', 'invoice', 'credit_note')),
    status text NOT NULL CHECK (status IN ('draft', 'unpaid', 'partially_paid', 'paid', 'invoiced', 'refunded', 'cancelled')),
    -- What its payment does: tops up the wallet, or settles the lines themselves.
    purpose text NOT NULL CHECK (purpose IN ('funds', 'lines')),
    number text,
    currency text NOT NULL,
    net numeric(19, 4) NOT NULL,
    tax numeric(19, 4) NOT NULL,
    total numeric(19, 4) NOT NULL,
    paid numeric(19, 4) NOT NULL DEFAULT 0,
    -- How much of `paid` went to the wallet, so that the net shares of partial payments add up exactly.
    paid_net numeric(19, 4) NOT NULL DEFAULT 0,
    language text NOT NULL,
    issued_at timestamptz,
    issued_on date,
    due_on date,
    paid_at timestamptz,
    cancelled_at timestamptz,
    -- Frozen at issue.
    seller jsonb NOT NULL,
    buyer jsonb NOT NULL,
    tax_decision jsonb NOT NULL,
    texts jsonb NOT NULL DEFAULT '{}',
    template_version integer NOT NULL DEFAULT 1,
    -- Proforma: the invoice it became. Invoice: its proforma. Credit note: its invoice.
    proforma_id uuid REFERENCES documents,
    invoice_id uuid REFERENCES documents,
    order_id uuid,
    created_by text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((status = 'draft') = (number IS NULL))
);
CREATE UNIQUE INDEX documents_number ON documents (company_id, kind, number) WHERE number IS NOT NULL;
CREATE INDEX documents_client ON documents (client_id, created_at, id);
CREATE INDEX documents_created ON documents (created_at, id);
CREATE INDEX documents_status ON documents (status, due_on);
CREATE UNIQUE INDEX documents_invoice_of ON documents (proforma_id) WHERE kind = 'invoice' AND proforma_id IS NOT NULL;

CREATE TABLE document_lines (
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    position integer NOT NULL,
    description text NOT NULL CHECK (length(description) <= 1000),
    quantity numeric(19, 4) NOT NULL,
    unit text NOT NULL DEFAULT '',
    unit_price numeric(19, 4) NOT NULL,
    discount numeric(19, 4) NOT NULL DEFAULT 0,
    amount numeric(19, 4) NOT NULL,
    -- What it is for: {"service": …}; "why?" starts here.
    explanation jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (document_id, position)
);

CREATE TABLE document_taxes (
    document_id uuid NOT NULL REFERENCES documents ON DELETE CASCADE,
    position integer NOT NULL,
    name text NOT NULL,
    rate numeric(7, 3) NOT NULL,
    base numeric(19, 4) NOT NULL,
    amount numeric(19, 4) NOT NULL,
    PRIMARY KEY (document_id, position)
);

-- The paper itself, frozen once.
CREATE TABLE document_files (
    document_id uuid PRIMARY KEY REFERENCES documents,
    sha256 bytea NOT NULL,
    bytes bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TRIGGER document_files_append_only BEFORE UPDATE OR DELETE ON document_files
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE payments (
    id uuid PRIMARY KEY,
    gateway_id uuid NOT NULL REFERENCES gateways,
    company_id uuid NOT NULL REFERENCES companies,
    client_id uuid NOT NULL REFERENCES clients,
    document_id uuid REFERENCES documents,
    -- The gateway's own id of it; unique, so that it is booked once.
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    gross numeric(19, 4) NOT NULL CHECK (gross > 0),
    fee numeric(19, 4) NOT NULL DEFAULT 0 CHECK (fee >= 0),
    currency text NOT NULL,
    status text NOT NULL CHECK (status IN ('created', 'pending', 'succeeded', 'failed', 'refunded', 'disputed')),
    -- Where it went: credited to the wallet, owed as tax, kept aside as unmatched. They add up to `gross`.
    to_wallet numeric(19, 4) NOT NULL DEFAULT 0,
    to_tax numeric(19, 4) NOT NULL DEFAULT 0,
    to_suspense numeric(19, 4) NOT NULL DEFAULT 0,
    received_on date NOT NULL,
    note text NOT NULL DEFAULT '',
    booked_by text NOT NULL,
    raw jsonb NOT NULL DEFAULT '[]',
    posting_id uuid,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX payments_external ON payments (gateway_id, external_id);
CREATE INDEX payments_client ON payments (client_id, created_at, id);
CREATE INDEX payments_document ON payments (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX payments_created ON payments (created_at, id);
