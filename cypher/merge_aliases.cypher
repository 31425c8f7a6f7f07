// Keeps that a source says of two of its customers that they are one, and since when.
// $rows: customer, former (keys), at (epoch milliseconds).
UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MATCH (f:Customer {key: row.former})
MERGE (c)-[r:ALIASED]->(f)
  ON CREATE SET r.at = datetime({epochMillis: row.at})
  ON MATCH SET r.at = CASE WHEN row.at < r.at.epochMillis THEN datetime({epochMillis: row.at}) ELSE r.at END
