DROP TABLE seo_texts;
ALTER TABLE options DROP COLUMN icon_image;
ALTER TABLE product_groups
    DROP COLUMN icon_image,
    DROP COLUMN background_image,
    DROP COLUMN list_look,
    DROP COLUMN order_look,
    DROP COLUMN manage_look;
ALTER TABLE products DROP COLUMN icon_image, DROP COLUMN background_image;
DROP TABLE images;
