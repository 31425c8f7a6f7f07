// Appends changes of who is who to the feed.
// $run_id, $cause, $at (epoch milliseconds); $rows: key, kind, profiles_before, profiles_after, customers (keys).
UNWIND $rows AS row
MERGE (e:IdentityEvent {key: row.key})
SET e.kind = row.kind, e.cause = $cause, e.run_id = $run_id, e.at = datetime({epochMillis: $at}),
    e.written_at = datetime(),
    e.profiles_before = row.profiles_before, e.profiles_after = row.profiles_after
WITH e, row
UNWIND row.customers AS customer
MATCH (c:Customer {key: customer})
MERGE (e)-[:CONCERNS]->(c)
