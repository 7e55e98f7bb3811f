DROP TABLE product_attributes;
DROP TABLE attributes;
DROP TABLE attribute_groups;
