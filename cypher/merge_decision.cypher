// Writes a steward's decision.
// $key, $action, $actor, $reason, $at (epoch milliseconds); $rows: customer (key), side.
MERGE (d:Decision {key: $key})
SET d.action = $action, d.actor = $actor, d.reason = $reason, d.at = datetime({epochMillis: $at})
WITH d
UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MERGE (d)-[r:DECIDED]->(c)
SET r.side = row.side
