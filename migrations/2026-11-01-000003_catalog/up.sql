-- What is sold. `texts` holds, per language: {"en": {"name": "…", "short": "…", "description": "…"}}.

CREATE TABLE products (
    id uuid PRIMARY KEY,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    texts jsonb NOT NULL DEFAULT '{}',
    icon text NOT NULL DEFAULT 'box',
    visible boolean NOT NULL DEFAULT true,
    -- Hidden products can be ordered by direct link when this is set.
    direct_link boolean NOT NULL DEFAULT false,
    retired boolean NOT NULL DEFAULT false,
    stock_control boolean NOT NULL DEFAULT false,
    -- How many may be sold in all.
    stock integer CHECK (stock >= 0),
    -- Taken by living services; counted while stock is controlled.
    stock_used integer NOT NULL DEFAULT 0 CHECK (stock_used >= 0),
    hourly_billing boolean NOT NULL DEFAULT true,
    allow_idle boolean NOT NULL DEFAULT false,
    convert_price boolean NOT NULL DEFAULT false,
    -- Hours. NULL: 0 with hourly billing, 72 otherwise.
    suspension_grace_hours integer CHECK (suspension_grace_hours BETWEEN 0 AND 8760),
    -- Hours after suspension; NULL never terminates.
    termination_delay_hours integer DEFAULT 48 CHECK (termination_delay_hours BETWEEN 0 AND 87600),
    cancellation_delay_hours integer NOT NULL DEFAULT 48 CHECK (cancellation_delay_hours BETWEEN 1 AND 8760),
    module text NOT NULL DEFAULT 'manual',
    module_settings jsonb NOT NULL DEFAULT '{}',
    attributes jsonb NOT NULL DEFAULT '[]',
    notes text NOT NULL DEFAULT '',
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX products_key ON products (key);

CREATE TABLE product_groups (
    id uuid PRIMARY KEY,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    texts jsonb NOT NULL DEFAULT '{}',
    icon text NOT NULL DEFAULT 'folder',
    visible boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX product_groups_key ON product_groups (key);

CREATE TABLE product_group_products (
    group_id uuid NOT NULL REFERENCES product_groups ON DELETE CASCADE,
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    sort integer NOT NULL DEFAULT 0,
    visible boolean NOT NULL DEFAULT true,
    PRIMARY KEY (group_id, product_id)
);
CREATE INDEX product_group_products_product ON product_group_products (product_id);

CREATE TABLE option_groups (
    id uuid PRIMARY KEY,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    texts jsonb NOT NULL DEFAULT '{}',
    kind text NOT NULL CHECK (kind IN ('dropdown', 'radio', 'quantity', 'text')),
    unit text NOT NULL DEFAULT '',
    quantity_min integer NOT NULL DEFAULT 0 CHECK (quantity_min >= 0),
    quantity_max integer NOT NULL DEFAULT 100 CHECK (quantity_max BETWEEN quantity_min AND 1000000),
    quantity_step integer NOT NULL DEFAULT 1 CHECK (quantity_step >= 1),
    -- Text groups: what a value must match, as a regular expression.
    pattern text,
    visible boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX option_groups_key ON option_groups (key);

CREATE TABLE options (
    id uuid PRIMARY KEY,
    group_id uuid NOT NULL REFERENCES option_groups ON DELETE CASCADE,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    -- For machines: what the module is given.
    value text NOT NULL DEFAULT '',
    texts jsonb NOT NULL DEFAULT '{}',
    visible boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX options_key ON options (group_id, key);

CREATE TABLE product_option_groups (
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    group_id uuid NOT NULL REFERENCES option_groups,
    required boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id, group_id)
);
CREATE INDEX product_option_groups_group ON product_option_groups (group_id);

-- NULL is "not offered", zero is "free".
CREATE TABLE prices (
    id uuid PRIMARY KEY,
    product_id uuid REFERENCES products ON DELETE CASCADE,
    option_id uuid REFERENCES options ON DELETE CASCADE,
    currency text NOT NULL REFERENCES currencies (code),
    period text NOT NULL CHECK (period IN ('one_time', 'hourly', 'daily', 'weekly', 'biweekly', 'monthly', 'quarterly',
        'semiannually', 'annually', 'biennially', 'triennially')),
    setup numeric(19, 4) CHECK (setup BETWEEN 0 AND 99999999999),
    base numeric(19, 4) CHECK (base BETWEEN 0 AND 99999999999),
    idle numeric(19, 4) CHECK (idle BETWEEN 0 AND 99999999999),
    switch_up numeric(19, 4) CHECK (switch_up BETWEEN 0 AND 99999999999),
    switch_down numeric(19, 4) CHECK (switch_down BETWEEN 0 AND 99999999999),
    uninstall numeric(19, 4) CHECK (uninstall BETWEEN 0 AND 99999999999),
    -- Rises with every change; a service remembers which one it was sold at.
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL,
    CHECK ((product_id IS NULL) <> (option_id IS NULL)),
    CHECK (period <> 'one_time' OR (idle IS NULL AND switch_up IS NULL AND switch_down IS NULL AND uninstall IS NULL))
);
CREATE UNIQUE INDEX prices_product ON prices (product_id, currency, period) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX prices_option ON prices (option_id, currency, period) WHERE option_id IS NOT NULL;
CREATE INDEX prices_currency ON prices (currency);
