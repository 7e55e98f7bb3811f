-- What decided nothing: products say how long their services may owe, wait and be kept.
UPDATE settings SET value = value - 'services' WHERE key = 'settings';
