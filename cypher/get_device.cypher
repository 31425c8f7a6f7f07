// A device with the customers that used it.
// $key; at most one row: key, kind, is_hub, first_seen_at, last_seen_at (epoch milliseconds), users.
MATCH (d:Device {key: $key})
RETURN d.key AS key, d.kind AS kind, coalesce(d:Hub, false) AS is_hub, d.first_seen_at.epochMillis AS first_seen_at,
  d.last_seen_at.epochMillis AS last_seen_at,
  COLLECT {
    MATCH (c:Customer)-[u:USED]->(d)
    RETURN {
      customer: c.key, logins: u.logins, first_login_at: u.first_login_at.epochMillis,
      last_login_at: u.last_login_at.epochMillis
    } ORDER BY u.last_login_at DESC, c.key LIMIT 100
  } AS users
