// The keys of identifiers, a page at a time.
// $after (key, "" for the first page), $limit; rows: key.
MATCH (i:Identifier)
WHERE i.key > $after
RETURN i.key AS key
ORDER BY i.key
LIMIT $limit
