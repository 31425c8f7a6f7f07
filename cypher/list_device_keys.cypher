// The keys of devices, a page at a time.
// $after (key, "" for the first page), $limit; rows: key.
MATCH (d:Device)
// As in list_links_after.
USING INDEX SEEK d:Device(key)
WHERE d.key > $after
RETURN d.key AS key
ORDER BY d.key
LIMIT $limit
