// Proof that a session was a customer.
// $rows: session, customer (keys), at (epoch milliseconds).
UNWIND $rows AS row
MATCH (s:Session {key: row.session})
MATCH (c:Customer {key: row.customer})
MERGE (s)-[r:LOGGED_IN]->(c)
  ON CREATE SET r.at = datetime({epochMillis: row.at})
  ON MATCH SET r.at = CASE WHEN row.at < r.at.epochMillis THEN datetime({epochMillis: row.at}) ELSE r.at END
