// Writes decisions of stewards.
// $rows: key, action, actor, reason, at (epoch milliseconds), customers (customer: a key, side).
UNWIND $rows AS row
MERGE (d:Decision {key: row.key})
SET d.action = row.action, d.actor = row.actor, d.reason = row.reason, d.at = datetime({epochMillis: row.at})
WITH d, row
UNWIND row.customers AS decided
MATCH (c:Customer {key: decided.customer})
MERGE (d)-[r:DECIDED]->(c)
SET r.side = decided.side
