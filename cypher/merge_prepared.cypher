// Keeps what a resolution compared of customers; equal content is not written again.
// $rows: key, prepared, blocking_parts.
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
WHERE c.prepared IS NULL OR c.prepared <> row.prepared OR c.blocking_parts <> row.blocking_parts
SET c.prepared = row.prepared, c.blocking_parts = row.blocking_parts
