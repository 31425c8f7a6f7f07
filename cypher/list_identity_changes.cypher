// The newest identity events that concern the customers of each of several profiles.
// $rows (number, customers), $before, $before_key (keyset), $since (epoch milliseconds), $limit (of each); rows: number, the
// properties of IdentityEvent, customers (those of the row that it concerns).
UNWIND $rows AS row
CALL (row) {
  UNWIND row.customers AS customer
  MATCH (c:Customer {key: customer})<-[:CONCERNS]-(e:IdentityEvent)
  WHERE e.at >= datetime({epochMillis: $since}) AND e.at <= datetime({epochMillis: $before})
    AND CASE WHEN e.at.epochMillis = $before THEN e.key < $before_key ELSE true END
  RETURN e, collect(c.key) AS customers ORDER BY e.at DESC, e.key DESC LIMIT $limit
}
RETURN row.number AS number, e.key AS key, e.kind AS kind, e.at.epochMillis AS at, e.cause AS cause,
  e.run_id AS run_id, e.profiles_before AS profiles_before, e.profiles_after AS profiles_after, customers
ORDER BY at DESC, key DESC
