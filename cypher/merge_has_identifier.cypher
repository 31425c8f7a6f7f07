// Connects customers with their other identifiers, whatever the order of arrival.
// $rows: customer, identifier (keys), raw, verified, at (epoch milliseconds).
UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (i:Identifier {key: row.identifier})
MERGE (c)-[r:HAS_IDENTIFIER]->(i)
  ON CREATE SET r.raw = row.raw, r.verified = row.verified, r.first_seen_at = datetime({epochMillis: row.at}),
    r.last_seen_at = datetime({epochMillis: row.at})
  ON MATCH SET
    r.raw = CASE WHEN row.at > r.last_seen_at.epochMillis OR (row.at = r.last_seen_at.epochMillis AND row.raw < r.raw)
      THEN row.raw ELSE r.raw END,
    r.verified = r.verified OR row.verified,
    r.first_seen_at = CASE WHEN row.at < r.first_seen_at.epochMillis
      THEN datetime({epochMillis: row.at}) ELSE r.first_seen_at END,
    r.last_seen_at = CASE WHEN row.at > r.last_seen_at.epochMillis
      THEN datetime({epochMillis: row.at}) ELSE r.last_seen_at END
