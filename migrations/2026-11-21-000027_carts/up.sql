-- What a client means to order, kept until it does.
CREATE TABLE cart_items (
    client_id uuid NOT NULL REFERENCES clients,
    id uuid NOT NULL,
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    period text NOT NULL CHECK (period IN ('one_time', 'hourly', 'daily', 'weekly', 'biweekly', 'monthly', 'quarterly',
        'semiannually', 'annually', 'biennially', 'triennially')),
    -- As they were sent: [{"group": "…", "option": "…", "quantity": null, "text": null}].
    options jsonb NOT NULL DEFAULT '[]',
    -- Answers to the module's own fields.
    fields jsonb NOT NULL DEFAULT '{}',
    -- NULL: the product's name.
    label text CHECK (length(label) BETWEEN 1 AND 100),
    quantity integer NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 50),
    version integer NOT NULL DEFAULT 1,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, id)
);
CREATE INDEX cart_items_product ON cart_items (product_id);

-- How much the services of a client may cost for a month. A client without a row is not guarded.
CREATE TABLE spend_guards (
    client_id uuid PRIMARY KEY REFERENCES clients,
    -- People are told of a month that costs more. NULL: nobody is.
    alert numeric(19, 4) CHECK (alert >= 0),
    -- Orders may not bring the recurring cost above it: as staff set it, and as the client did. NULL: they may.
    staff_cap numeric(19, 4) CHECK (staff_cap >= 0),
    own_cap numeric(19, 4) CHECK (own_cap >= 0),
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
