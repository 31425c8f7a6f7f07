// A session with all that may show whose it is.
// $key; rows, one for each of its devices, by key: the properties of Session (epoch milliseconds), device, device_is_hub, logins, users.
MATCH (s:Session {key: $key})
OPTIONAL MATCH (s)-[:ON_DEVICE]->(d:Device)
RETURN s.key AS key, s.source AS source, s.channel AS channel, s.entry_page AS entry_page, s.campaign AS campaign,
  s.started_at.epochMillis AS started_at, s.ended_at.epochMillis AS ended_at, d.key AS device, d.kind AS device_kind,
  coalesce(d:Hub, false) AS device_is_hub,
  COLLECT {
    MATCH (s)-[l:LOGGED_IN]->(c:Customer) RETURN {customer: c.key, at: l.at.epochMillis} ORDER BY l.at, c.key
  } AS logins,
  COLLECT {
    MATCH (c:Customer)-[u:USED]->(d)
    RETURN {
      customer: c.key, logins: u.logins, first_login_at: u.first_login_at.epochMillis,
      last_login_at: u.last_login_at.epochMillis
    } ORDER BY u.last_login_at DESC, c.key LIMIT 100
  } AS users
ORDER BY device
