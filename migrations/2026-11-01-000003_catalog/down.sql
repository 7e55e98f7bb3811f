DROP TABLE prices, product_option_groups, options, option_groups, product_group_products, product_groups, products;
