// The customers that a full snapshot of a source held when it was last loaded.
// $source, $snapshot (name); rows: key.
MATCH (c:Customer {source: $source})
WHERE $snapshot IN c.snapshots
RETURN c.key AS key
