// The newest identity events that concern some customers.
// $customers (keys), $before, $before_key (keyset), $since (epoch milliseconds), $limit; rows: the properties of
// IdentityEvent, customers (those of $customers that it concerns).
UNWIND $customers AS customer
MATCH (c:Customer {key: customer})<-[:CONCERNS]-(e:IdentityEvent)
WHERE e.at >= datetime({epochMillis: $since}) AND e.at <= datetime({epochMillis: $before})
  AND CASE WHEN e.at.epochMillis = $before THEN e.key < $before_key ELSE true END
WITH e, collect(c.key) AS customers ORDER BY e.at DESC, e.key DESC LIMIT $limit
RETURN e.key AS key, e.kind AS kind, e.at.epochMillis AS at, e.cause AS cause, e.run_id AS run_id,
  e.profiles_before AS profiles_before, e.profiles_after AS profiles_after, customers
ORDER BY at DESC, key DESC
