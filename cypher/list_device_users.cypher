// Who used the devices of some customers: tells a personal device from a shared one.
// $customers (keys); rows: device, kind, is_hub, holders (those of $customers), users (times in epoch milliseconds).
UNWIND $customers AS key
MATCH (:Customer {key: key})-[:USED]->(d:Device)
WITH d, collect(DISTINCT key) AS holders
RETURN d.key AS device, d.kind AS kind, coalesce(d:Hub, false) AS is_hub, holders,
  COLLECT {
    MATCH (c:Customer)-[u:USED]->(d)
    RETURN {
      customer: c.key, logins: u.logins, first_login_at: u.first_login_at.epochMillis,
      last_login_at: u.last_login_at.epochMillis
    } ORDER BY u.last_login_at DESC, c.key LIMIT 100
  } AS users
ORDER BY device
