-- Orders, services, and the money set aside for them.

CREATE TABLE orders (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    -- pending: waits for money. processing: being delivered.
    status text NOT NULL CHECK (status IN ('pending', 'processing', 'completed', 'cancelled')),
    currency text NOT NULL,
    -- Setup and first charge of all its services.
    due_now numeric(19, 4) NOT NULL CHECK (due_now >= 0),
    proforma_id uuid REFERENCES documents,
    placed_by text NOT NULL,
    cancel_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX orders_client ON orders (client_id, created_at, id);
CREATE INDEX orders_pending ON orders (cancel_at) WHERE status = 'pending';
ALTER TABLE documents ADD CONSTRAINT documents_order_fk FOREIGN KEY (order_id) REFERENCES orders;

CREATE TABLE services (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    order_id uuid REFERENCES orders,
    product_id uuid NOT NULL REFERENCES products,
    company_id uuid NOT NULL REFERENCES companies,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    state text NOT NULL CHECK (state IN ('pending', 'provisioning', 'active', 'suspended', 'terminated', 'cancelled', 'failed')),
    -- Pays `idle` instead of `base`.
    idle boolean NOT NULL DEFAULT false,
    -- Automation keeps its hands off.
    manual boolean NOT NULL DEFAULT false,
    currency text NOT NULL,
    period text NOT NULL CHECK (period IN ('one_time', 'hourly', 'daily', 'weekly', 'biweekly', 'monthly', 'quarterly',
        'semiannually', 'annually', 'biennially', 'triennially')),
    -- once: charged at activation. hours: by the hour, in the stream. periods: whole periods in advance.
    charge_by text NOT NULL CHECK (charge_by IN ('once', 'hours', 'periods')),
    -- Totals of product and options at `price_version`; the detail is in service_prices. NULL: not offered.
    price_version integer NOT NULL DEFAULT 1,
    setup numeric(19, 4) NOT NULL CHECK (setup >= 0),
    base numeric(19, 4) NOT NULL CHECK (base >= 0),
    idle_price numeric(19, 4) CHECK (idle_price >= 0),
    uninstall numeric(19, 4) NOT NULL DEFAULT 0 CHECK (uninstall >= 0),
    -- What a period costs now.
    rate numeric(19, 4) GENERATED ALWAYS AS (CASE WHEN idle THEN coalesce(idle_price, base) ELSE base END) STORED,
    -- hours, while running: start of the first hour that the stream charges. NULL: not in the stream.
    stream_from timestamptz,
    -- Otherwise: until when it is paid. In the stream it follows from the wallet's watermark.
    paid_until timestamptz,
    -- periods: the n-th period starts at anchor_at + n periods.
    anchor_at timestamptz,
    periods_charged integer NOT NULL DEFAULT 0,
    -- The wallet could not cover a charge: since when. Not charged until paid up.
    past_due_since timestamptz,
    suspended_at timestamptz,
    suspension_reason text CHECK (suspension_reason IN ('insufficient_funds', 'client_suspended', 'staff', 'abuse')),
    termination_requested_at timestamptz,
    -- When it will be terminated: on request or after suspension.
    terminate_at timestamptz,
    -- Copied from the product when ordered. Hours.
    suspension_grace_hours integer NOT NULL,
    termination_delay_hours integer,
    module text NOT NULL,
    module_fields jsonb NOT NULL DEFAULT '{}',
    module_state jsonb NOT NULL DEFAULT '{}',
    -- What the module was asked and has not finished: {"id": "…", "kind": "create", …}. NULL: nothing.
    operation jsonb,
    -- Counts in products.stock_used.
    stock_taken boolean NOT NULL DEFAULT false,
    activated_at timestamptz,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (stream_from IS NULL OR (state = 'active' AND charge_by = 'hours' AND past_due_since IS NULL))
);
CREATE INDEX services_client ON services (client_id, created_at, id);
CREATE INDEX services_created ON services (created_at, id);
CREATE INDEX services_state ON services (state, created_at);
CREATE INDEX services_product ON services (product_id, state);
CREATE INDEX services_order ON services (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX services_stream ON services (client_id, id) INCLUDE (rate, stream_from, price_version, period)
    WHERE stream_from IS NOT NULL;
CREATE INDEX services_periods ON services (client_id, paid_until)
    WHERE state = 'active' AND charge_by = 'periods' AND past_due_since IS NULL;
CREATE INDEX services_past_due ON services (past_due_since) WHERE past_due_since IS NOT NULL AND state = 'active';
CREATE INDEX services_terminate ON services (terminate_at) WHERE terminate_at IS NOT NULL AND state IN ('active', 'suspended');
CREATE INDEX services_suspended ON services (client_id) WHERE state = 'suspended';

CREATE TABLE service_options (
    service_id uuid NOT NULL REFERENCES services ON DELETE CASCADE,
    group_id uuid NOT NULL REFERENCES option_groups,
    option_id uuid REFERENCES options,
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity >= 0),
    text_value text,
    PRIMARY KEY (service_id, group_id)
);

-- What the service was sold at, version by version: rows of product and options with their six amounts.
CREATE TABLE service_prices (
    service_id uuid NOT NULL REFERENCES services ON DELETE CASCADE,
    version integer NOT NULL,
    snapshot jsonb NOT NULL,
    valid_from timestamptz NOT NULL,
    PRIMARY KEY (service_id, version)
);

CREATE TABLE service_events (
    id uuid PRIMARY KEY,
    service_id uuid NOT NULL REFERENCES services,
    client_id uuid NOT NULL,
    at timestamptz NOT NULL,
    state_from text,
    state_to text NOT NULL,
    what text NOT NULL,
    reason text NOT NULL DEFAULT '',
    actor text NOT NULL,
    request_id text
);
CREATE INDEX service_events_service ON service_events (service_id, at, id);

CREATE TABLE holds (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    service_id uuid NOT NULL REFERENCES services,
    amount numeric(19, 4) NOT NULL CHECK (amount >= 0),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'captured', 'released')),
    created_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX holds_one_open ON holds (service_id) WHERE state = 'open';
CREATE INDEX holds_client ON holds (client_id) WHERE state = 'open';

-- The arithmetic of charging, in whole units of 0.0001 and whole seconds. The same rules as the crate `rules`, proved equal.

-- What the first `hour` of `hours` hours cost of a month's price: round(price * hour / hours), half away from zero.
CREATE FUNCTION hour_share(price bigint, hour bigint, hours bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (2 * price * hour + hours) / (2 * hours);

-- The first hour of a service in the stream that the watermark has not passed.
CREATE FUNCTION first_due_hour(stream_from bigint, charged_to bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN stream_from > charged_to THEN stream_from
                ELSE stream_from + ((charged_to - stream_from) / 3600 + 1) * 3600 END;

-- Through an interval: date_part of an instant is not immutable, and a function around it could not be inlined.
CREATE FUNCTION whole_second(at timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN floor(date_part('epoch', at - timestamptz '1970-01-01 00:00:00+00'))::bigint;

-- Until when a service is paid, in the stream or not.
CREATE FUNCTION service_paid_until(paid_until timestamptz, stream_from timestamptz, charged_to timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN stream_from IS NULL THEN paid_until
                ELSE to_timestamp(first_due_hour(whole_second(stream_from), whole_second(charged_to))) END;

CREATE FUNCTION period_step(period text) RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE period
        WHEN 'daily' THEN interval '1 day' WHEN 'weekly' THEN interval '7 days' WHEN 'biweekly' THEN interval '14 days'
        WHEN 'monthly' THEN interval '1 month' WHEN 'quarterly' THEN interval '3 months'
        WHEN 'semiannually' THEN interval '6 months' WHEN 'annually' THEN interval '12 months'
        WHEN 'biennially' THEN interval '24 months' WHEN 'triennially' THEN interval '36 months' END;

-- The n-th period after `anchor` begins: counted from the anchor, so that the last of January never drifts.
CREATE FUNCTION period_start(anchor timestamptz, period text, n integer) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (anchor AT TIME ZONE 'UTC' + n * period_step(period)) AT TIME ZONE 'UTC';

-- At most how many periods begin within so many seconds.
CREATE FUNCTION periods_within(period text, seconds bigint) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (seconds / CASE period
        WHEN 'daily' THEN 86400 WHEN 'weekly' THEN 604800 WHEN 'biweekly' THEN 1209600 WHEN 'monthly' THEN 2419200
        WHEN 'quarterly' THEN 7689600 WHEN 'semiannually' THEN 15465600 ELSE 31536000 END + 1)::integer;
