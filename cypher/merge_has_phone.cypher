// Connects customers with their telephone numbers, whatever the order of arrival.
// $rows: customer, identifier (keys), raw, verified, at (epoch milliseconds).
UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (i:Identifier {key: row.identifier})
MERGE (c)-[r:HAS_PHONE]->(i)
WITH c, r, row, r.first_seen_at IS NULL AS new, row.at > r.last_seen_at.epochMillis AS later
// Among several the newest counts, so a later sighting is news only there.
FOREACH (_ IN CASE WHEN c.content_hash IS NOT NULL AND (new OR (later AND COUNT { (c)-[:HAS_PHONE]->() } > 1))
    THEN [1] ELSE [] END |
  SET c:Unresolved, c.touched = coalesce(c.touched, 0) + 1)
// A row may be the second of its edge, so what is stored is asked for again.
SET r.raw = CASE WHEN r.last_seen_at IS NULL OR row.at > r.last_seen_at.epochMillis
      OR (row.at = r.last_seen_at.epochMillis AND row.raw < r.raw) THEN row.raw ELSE r.raw END,
    r.verified = coalesce(r.verified, false) OR row.verified,
    r.first_seen_at = CASE WHEN r.first_seen_at IS NULL OR row.at < r.first_seen_at.epochMillis
      THEN datetime({epochMillis: row.at}) ELSE r.first_seen_at END,
    r.last_seen_at = CASE WHEN r.last_seen_at IS NULL OR row.at > r.last_seen_at.epochMillis
      THEN datetime({epochMillis: row.at}) ELSE r.last_seen_at END
