// A session with all that may show whose it is.
// $key, $until (epoch milliseconds); rows, one for each of its devices, by key: the properties of Session (epoch
// milliseconds), device, device_is_hub, logins (customer, device, at: the last one until $until; oldest first), users.
MATCH (s:Session {key: $key})
OPTIONAL MATCH (s)-[:ON_DEVICE]->(d:Device)
RETURN s.key AS key, s.source AS source, s.channel AS channel, s.entry_page AS entry_page, s.campaign AS campaign,
  s.started_at.epochMillis AS started_at, s.ended_at.epochMillis AS ended_at, d.key AS device, d.kind AS device_kind,
  coalesce(d:Hub, false) AS device_is_hub,
  COLLECT {
    MATCH (s)-[l:LOGGED_IN]->(c:Customer)
    WHERE l.at <= datetime({epochMillis: $until})
    // Of the logins between the first and the last one only what was done with them is kept.
    WITH c, l, CASE WHEN coalesce(l.last_at, l.at) <= datetime({epochMillis: $until}) THEN coalesce(l.last_at, l.at)
      ELSE coalesce(head(COLLECT {
        MATCH (i:Interaction)
        WHERE i.owner = c.key AND i.at >= l.at AND i.at <= datetime({epochMillis: $until}) AND i.session = s.key
        RETURN i.at ORDER BY i.owner DESC, i.at DESC LIMIT 1
      }), l.at) END AS at
    RETURN {customer: c.key, device: l.device, at: at.epochMillis} ORDER BY at, c.key
  } AS logins,
  COLLECT {
    MATCH (c:Customer)-[u:USED]->(d)
    RETURN {
      customer: c.key, logins: u.logins, first_login_at: u.first_login_at.epochMillis,
      last_login_at: u.last_login_at.epochMillis
    } ORDER BY u.last_login_at DESC, c.key LIMIT 100
  } AS users
ORDER BY device
