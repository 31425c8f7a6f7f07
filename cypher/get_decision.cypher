// One decision with its customers.
// $key; at most one row: the properties of Decision (times in epoch milliseconds), customers (customer, side).
MATCH (d:Decision {key: $key})
RETURN d.key AS key, d.action AS action, d.actor AS actor, d.reason AS reason, d.at.epochMillis AS at,
  d.withdrawn_at.epochMillis AS withdrawn_at, d.withdrawn_by AS withdrawn_by, d.withdrawn_reason AS withdrawn_reason,
  COLLECT { MATCH (d)-[r:DECIDED]->(c:Customer) RETURN {customer: c.key, side: r.side} ORDER BY c.key } AS customers
