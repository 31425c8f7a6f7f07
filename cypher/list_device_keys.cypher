// The keys of devices, a page at a time.
// $after (key, "" for the first page), $limit; rows: key.
MATCH (d:Device)
WHERE d.key > $after
RETURN d.key AS key
ORDER BY d.key
LIMIT $limit
