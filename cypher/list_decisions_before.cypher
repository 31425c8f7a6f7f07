// A page of the decisions with their customers, the newest first.
// $before (epoch milliseconds), $before_key (of the last one of the page before), $in_force (none: all), $limit; rows: the
// properties of Decision (times in epoch milliseconds), customers (customer, side).
MATCH (d:Decision)
WHERE d.at <= datetime({epochMillis: $before})
  // As an OR it would be looked up in two indexes, both to their end.
  AND CASE WHEN d.at = datetime({epochMillis: $before}) THEN d.key < $before_key ELSE true END
  AND ($in_force IS NULL OR (d.withdrawn_at IS NULL) = $in_force)
WITH d ORDER BY d.at DESC, d.key DESC LIMIT $limit
RETURN d.key AS key, d.action AS action, d.actor AS actor, d.reason AS reason, d.at.epochMillis AS at,
  d.withdrawn_at.epochMillis AS withdrawn_at, d.withdrawn_by AS withdrawn_by, d.withdrawn_reason AS withdrawn_reason,
  COLLECT { MATCH (d)-[r:DECIDED]->(c:Customer) RETURN {customer: c.key, side: r.side} ORDER BY c.key } AS customers
ORDER BY d.at DESC, d.key DESC
