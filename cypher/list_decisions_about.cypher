// The decisions in force about some customers, now or at a time, with everybody whom they are about.
// $keys, $at (epoch milliseconds; null: now); rows: the properties of Decision (times in epoch milliseconds), customers (customer, side).
UNWIND $keys AS wanted
MATCH (:Customer {key: wanted})<-[:DECIDED]-(d:Decision)
WHERE CASE WHEN $at IS NULL THEN d.withdrawn_at IS NULL
  ELSE d.at <= datetime({epochMillis: $at}) AND coalesce(d.withdrawn_at > datetime({epochMillis: $at}), true) END
WITH DISTINCT d
RETURN d.key AS key, d.action AS action, d.actor AS actor, d.reason AS reason, d.at.epochMillis AS at,
  d.withdrawn_at.epochMillis AS withdrawn_at, d.withdrawn_by AS withdrawn_by, d.withdrawn_reason AS withdrawn_reason,
  COLLECT { MATCH (d)-[r:DECIDED]->(c:Customer) RETURN {customer: c.key, side: r.side} ORDER BY c.key } AS customers
ORDER BY d.at, d.key
