// The keys of identifiers, a page at a time.
// $after (key, "" for the first page), $limit; rows: key.
MATCH (i:Identifier)
// As in list_links_after.
USING INDEX SEEK i:Identifier(key)
WHERE i.key > $after
RETURN i.key AS key
ORDER BY i.key
LIMIT $limit
