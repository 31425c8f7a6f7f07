// Customers that a full snapshot holds; who was retired by an older one counts again.
// $snapshot (name), $at (epoch milliseconds); $rows: key.
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
WHERE NOT $snapshot IN coalesce(c.snapshots, []) OR $at >= c.retired_at.epochMillis
FOREACH (_ IN CASE WHEN $snapshot IN coalesce(c.snapshots, []) THEN [] ELSE [1] END |
  SET c.snapshots = coalesce(c.snapshots, []) + $snapshot)
FOREACH (_ IN CASE WHEN $at >= c.retired_at.epochMillis THEN [1] ELSE [] END |
  SET c.retired_at = null, c:Unresolved, c.touched = coalesce(c.touched, 0) + 1)
