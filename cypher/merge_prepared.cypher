// Keeps what a resolution compared and counted of customers; equal content is not written again.
// $rows: key, prepared, blocking_parts, counted.
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
WHERE c.prepared IS NULL OR c.prepared <> row.prepared OR c.blocking_parts <> row.blocking_parts
  OR coalesce(c.counted, []) <> row.counted
SET c.prepared = row.prepared, c.blocking_parts = row.blocking_parts, c.counted = row.counted
