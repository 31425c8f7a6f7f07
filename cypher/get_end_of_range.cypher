// The customer up to which a range goes.
// $after (key), $others (how many customers the range holds before its last one); rows: key, none where fewer are left.
MATCH (c:Customer)
// As in list_links_after.
USING INDEX SEEK c:Customer(key)
WHERE c.key > $after
RETURN c.key AS key
ORDER BY key
SKIP $others
LIMIT 1
