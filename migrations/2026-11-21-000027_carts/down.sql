DROP TABLE spend_guards;
DROP TABLE cart_items;
