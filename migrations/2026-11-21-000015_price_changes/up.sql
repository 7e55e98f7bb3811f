-- Prices of the catalogue on their way to running services.
CREATE TABLE price_changes (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL REFERENCES products,
    -- preparing: services and notices are being written. planned: waits for its instant. applying: services are moved over.
    state text NOT NULL CHECK (state IN ('preparing', 'planned', 'applying', 'applied', 'cancelled')),
    -- From then on services are charged the new prices.
    apply_at timestamptz NOT NULL,
    -- The price rows of product and options as they were when it was decided.
    prices jsonb NOT NULL,
    -- The client up to which services are written; NULL: none yet.
    prepared_client uuid,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    -- Applied, or taken back with every client told.
    finished_at timestamptz
);
CREATE INDEX price_changes_product ON price_changes (product_id, created_at, id);
-- One at a time, so that nobody is promised two prices for one day.
CREATE UNIQUE INDEX price_changes_one_open ON price_changes (product_id) WHERE state IN ('preparing', 'planned', 'applying');
CREATE INDEX price_changes_unfinished ON price_changes (apply_at) WHERE finished_at IS NULL;

-- What it means for each service, and what became of it.
CREATE TABLE price_change_services (
    change_id uuid NOT NULL REFERENCES price_changes,
    service_id uuid NOT NULL REFERENCES services,
    client_id uuid NOT NULL,
    currency text NOT NULL,
    period text NOT NULL,
    base_before numeric(19, 4) NOT NULL CHECK (base_before >= 0),
    base_after numeric(19, 4) NOT NULL CHECK (base_after >= 0),
    -- planned: waits for the instant. waiting: past due, goes on when that is over. kept: costs what it did. ended: before it came.
    outcome text NOT NULL CHECK (outcome IN ('planned', 'waiting', 'applied', 'kept', 'ended', 'cancelled')),
    -- As in price_changes, so that charging finds whom it has to wait for.
    apply_at timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (change_id, service_id)
);
CREATE INDEX price_change_services_client ON price_change_services (change_id, client_id, service_id);
CREATE INDEX price_change_services_planned ON price_change_services (client_id, apply_at) WHERE outcome = 'planned';
CREATE INDEX price_change_services_waiting ON price_change_services (service_id) WHERE outcome = 'waiting';

-- The running services of a product, client by client.
CREATE INDEX services_running_product ON services (product_id, client_id, id)
    WHERE state IN ('active', 'suspended') AND charge_by <> 'once';
