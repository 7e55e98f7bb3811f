-- What distinguishes products, written once for all that have it.
CREATE TABLE attribute_groups (
    id uuid PRIMARY KEY,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    -- As those of products.
    texts jsonb NOT NULL DEFAULT '{}',
    icon_image text REFERENCES images (hash),
    visible boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX attribute_groups_key ON attribute_groups (key);
CREATE INDEX attribute_groups_icon_image ON attribute_groups (icon_image) WHERE icon_image IS NOT NULL;

CREATE TABLE attributes (
    id uuid PRIMARY KEY,
    group_id uuid NOT NULL REFERENCES attribute_groups ON DELETE CASCADE,
    key text NOT NULL CHECK (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    -- Per language: {"en": {"name": "…", "value": "…"}}.
    texts jsonb NOT NULL DEFAULT '{}',
    icon_image text REFERENCES images (hash),
    visible boolean NOT NULL DEFAULT true,
    sort integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX attributes_key ON attributes (group_id, key);
CREATE INDEX attributes_icon_image ON attributes (icon_image) WHERE icon_image IS NOT NULL;

-- Beside those of its own, which stay in `products.attributes`.
CREATE TABLE product_attributes (
    product_id uuid NOT NULL REFERENCES products ON DELETE CASCADE,
    attribute_id uuid NOT NULL REFERENCES attributes,
    sort integer NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id, attribute_id)
);
CREATE INDEX product_attributes_attribute ON product_attributes (attribute_id);
