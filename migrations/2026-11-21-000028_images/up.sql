-- Pictures of the catalogue, written anew from what was uploaded: only their pixels were taken over.
CREATE TABLE images (
    -- SHA-256 of the content, in hexadecimal: the same picture is stored once, and its address never shows another one.
    hash text PRIMARY KEY CHECK (hash ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp')),
    width integer NOT NULL CHECK (width BETWEEN 1 AND 1600),
    height integer NOT NULL CHECK (height BETWEEN 1 AND 1600),
    content bytea NOT NULL,
    -- When it was uploaded last. One that nothing shows is dropped a day later.
    stored_at timestamptz NOT NULL
);
CREATE INDEX images_stored_at ON images (stored_at);

ALTER TABLE products
    ADD COLUMN icon_image text REFERENCES images (hash),
    ADD COLUMN background_image text REFERENCES images (hash);
CREATE INDEX products_icon_image ON products (icon_image) WHERE icon_image IS NOT NULL;
CREATE INDEX products_background_image ON products (background_image) WHERE background_image IS NOT NULL;

ALTER TABLE product_groups
    ADD COLUMN icon_image text REFERENCES images (hash),
    ADD COLUMN background_image text REFERENCES images (hash),
    -- How the storefront lists its products, the order page its prices, the client portal its services.
    ADD COLUMN list_look text NOT NULL DEFAULT 'cards' CHECK (list_look IN ('cards', 'table')),
    ADD COLUMN order_look text NOT NULL DEFAULT 'cards' CHECK (order_look IN ('cards', 'table')),
    ADD COLUMN manage_look text NOT NULL DEFAULT 'table' CHECK (manage_look IN ('cards', 'table'));
CREATE INDEX product_groups_icon_image ON product_groups (icon_image) WHERE icon_image IS NOT NULL;
CREATE INDEX product_groups_background_image ON product_groups (background_image) WHERE background_image IS NOT NULL;

ALTER TABLE options ADD COLUMN icon_image text REFERENCES images (hash);
CREATE INDEX options_icon_image ON options (icon_image) WHERE icon_image IS NOT NULL;

-- How a product or a product group is found and shown by search engines, in one language.
CREATE TABLE seo_texts (
    id uuid PRIMARY KEY,
    product_id uuid REFERENCES products ON DELETE CASCADE,
    group_id uuid REFERENCES product_groups ON DELETE CASCADE,
    language text NOT NULL CHECK (language IN ('en', 'pl', 'uk')),
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 63),
    -- Empty: the name and the short description are shown.
    title text NOT NULL,
    description text NOT NULL,
    indexable boolean NOT NULL,
    CHECK (num_nonnulls(product_id, group_id) = 1)
);
CREATE UNIQUE INDEX seo_texts_product ON seo_texts (product_id, language) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX seo_texts_group ON seo_texts (group_id, language) WHERE group_id IS NOT NULL;
CREATE UNIQUE INDEX seo_texts_product_slug ON seo_texts (slug, language) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX seo_texts_group_slug ON seo_texts (slug, language) WHERE group_id IS NOT NULL;
