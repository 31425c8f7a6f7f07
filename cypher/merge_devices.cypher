// Writes devices and the interval in which they were seen.
// $rows: key, kind, first, last (epoch milliseconds).
UNWIND $rows AS row
MERGE (d:Device {key: row.key})
  ON CREATE SET d.kind = row.kind, d.first_seen_at = datetime({epochMillis: row.first}),
    d.last_seen_at = datetime({epochMillis: row.last})
  ON MATCH SET
    d.first_seen_at = CASE WHEN row.first < d.first_seen_at.epochMillis
      THEN datetime({epochMillis: row.first}) ELSE d.first_seen_at END,
    d.last_seen_at = CASE WHEN row.last > d.last_seen_at.epochMillis
      THEN datetime({epochMillis: row.last}) ELSE d.last_seen_at END
