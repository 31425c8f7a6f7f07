// Proof that a session was a customer, on a device.
// $rows: session, customer, device (keys; none: 'none'), at, last_at (epoch milliseconds).
UNWIND $rows AS row
MATCH (s:Session {key: row.session})
MATCH (c:Customer {key: row.customer})
MERGE (s)-[r:LOGGED_IN {device: row.device}]->(c)
  ON CREATE SET r.at = datetime({epochMillis: row.at}), r.last_at = datetime({epochMillis: row.last_at})
  // An older release kept no last one. It comes first: afterwards r.at is the earlier of both.
  ON MATCH SET
    r.last_at = CASE WHEN row.last_at > coalesce(r.last_at, r.at).epochMillis
      THEN datetime({epochMillis: row.last_at}) ELSE coalesce(r.last_at, r.at) END,
    r.at = CASE WHEN row.at < r.at.epochMillis THEN datetime({epochMillis: row.at}) ELSE r.at END
