// Customers that a full snapshot holds no more: they are retired when no other holds them, and nothing later is known.
// $snapshot (name), $at (epoch milliseconds); $rows: key.
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
WHERE $snapshot IN coalesce(c.snapshots, [])
SET c.snapshots = [other IN c.snapshots WHERE other <> $snapshot]
WITH c
WHERE size(c.snapshots) = 0 AND c.retired_at IS NULL AND coalesce(c.observed_at.epochMillis <= $at, true)
SET c.retired_at = datetime({epochMillis: $at}), c:Unresolved, c.touched = coalesce(c.touched, 0) + 1
