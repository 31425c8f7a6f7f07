// A device with the customers that had logged in on it by a time, counted from the logins themselves.
// $key, $at (epoch milliseconds), $hub_above; at most one row, none where it had not been seen: is_hub (too many had used it), last_seen_at (latest sign until then, a session that went on counts as one), users (as in get_device; none of a hub).
WITH datetime({epochMillis: $at}) AS moment
MATCH (d:Device {key: $key})
WHERE d.first_seen_at <= moment
WITH moment, d, COUNT { (d)<-[:USED]-() } AS users_now,
  COUNT { MATCH (d)<-[u:USED]-() WHERE u.first_login_at <= moment } AS users_then
WITH moment, d, coalesce(d:Hub, false) AND (users_then > $hub_above OR users_then = users_now) AS is_hub
WITH moment, d, is_hub,
  COLLECT {
    MATCH (s:Session)-[:ON_DEVICE]->(d)
    WHERE NOT is_hub AND s.started_at <= moment
    RETURN max(CASE WHEN s.ended_at < moment THEN s.ended_at ELSE moment END)
  } +
  COLLECT {
    MATCH (i:Interaction)
    WHERE NOT is_hub AND i.owner = d.key AND i.at <= moment
    RETURN i.at ORDER BY i.owner DESC, i.at DESC LIMIT 1
  } AS signs
RETURN is_hub,
  CASE
    WHEN d.last_seen_at <= moment THEN d.last_seen_at
    ELSE reduce(last = d.first_seen_at, sign IN signs | CASE WHEN sign > last THEN sign ELSE last END)
  END.epochMillis AS last_seen_at,
  COLLECT {
    MATCH (d)<-[:ON_DEVICE]-(s:Session)-[login:LOGGED_IN]->(c:Customer)
    WHERE NOT is_hub AND login.at <= moment
      AND (login.device = d.key OR (coalesce(login.device, 'none') = 'none' AND COUNT { (s)-[:ON_DEVICE]->() } = 1))
    // The last one in a session: as in get_session.
    WITH c, s, login.at AS at, CASE WHEN coalesce(login.last_at, login.at) <= moment THEN coalesce(login.last_at, login.at)
      ELSE coalesce(head(COLLECT {
        MATCH (i:Interaction)
        WHERE i.owner = c.key AND i.at >= login.at AND i.at <= moment AND i.session = s.key
        RETURN i.at ORDER BY i.owner DESC, i.at DESC LIMIT 1
      }), login.at) END AS last_at
    WITH c, count(DISTINCT s) AS logins, min(at) AS first_login_at, max(last_at) AS last_login_at
    RETURN {
      customer: c.key, logins: logins, first_login_at: first_login_at.epochMillis,
      last_login_at: last_login_at.epochMillis
    } ORDER BY last_login_at DESC, c.key LIMIT 100
  } AS users
