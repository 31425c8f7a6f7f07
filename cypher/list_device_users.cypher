// Who used the devices of some customers: tells a personal device from a shared one.
// $customers (keys); rows: device, kind, is_hub, holders (those of $customers), users (times in epoch milliseconds).
// A login that is yet to come, as by a wrong clock, is no end of a use.
UNWIND $customers AS key
MATCH (:Customer {key: key})-[:USED]->(d:Device)
WITH d, collect(DISTINCT key) AS holders
RETURN d.key AS device, d.kind AS kind, coalesce(d:Hub, false) AS is_hub, holders,
  COLLECT {
    MATCH (c:Customer)-[u:USED]->(d)
    WITH c, u, CASE WHEN u.last_login_at <= datetime() THEN u.last_login_at ELSE coalesce(head(COLLECT {
      MATCH (d)<-[:ON_DEVICE]-(s:Session)-[login:LOGGED_IN]->(c)
      WHERE login.at <= datetime()
        AND (login.device = d.key OR (coalesce(login.device, 'none') = 'none' AND COUNT { (s)-[:ON_DEVICE]->() } = 1))
      UNWIND [login.at, login.last_at] AS at
      WITH at WHERE at <= datetime()
      RETURN max(at)
    }), u.first_login_at) END AS last_login_at
    RETURN {
      customer: c.key, logins: u.logins, first_login_at: u.first_login_at.epochMillis,
      last_login_at: last_login_at.epochMillis
    } ORDER BY last_login_at DESC, c.key LIMIT 100
  } AS users
ORDER BY device
