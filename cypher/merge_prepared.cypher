// Keeps what a resolution compared and counted of customers; equal content is not written again. Takes the label from
// those that are resolved by it, unless they were written again meanwhile.
// $at (epoch milliseconds); $rows: key, prepared, blocking_parts, counted, touched, rank (none: it names no profile).
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
// Takes the write lock: who is being written waits, or is seen as written, and keeps the label.
SET c.source = c.source
WITH c, row
FOREACH (_ IN CASE WHEN c.prepared IS NULL OR c.prepared <> row.prepared OR c.blocking_parts <> row.blocking_parts
                     OR coalesce(c.counted, []) <> row.counted THEN [1] ELSE [] END |
  // Asked for before it is set: a customer without this time that was resolved before is one of an older release.
  SET c.first_resolved_at =
        CASE WHEN c.prepared IS NULL THEN datetime({epochMillis: $at}) ELSE c.first_resolved_at END,
      c.prepared = row.prepared, c.blocking_parts = row.blocking_parts, c.counted = row.counted)
FOREACH (_ IN CASE WHEN c.name_rank = row.rank OR c.name_rank IS NULL AND row.rank IS NULL THEN [] ELSE [1] END |
  SET c.name_rank = row.rank)
FOREACH (_ IN CASE WHEN c:Unresolved AND coalesce(c.touched, 0) = row.touched THEN [1] ELSE [] END |
  REMOVE c:Unresolved)
