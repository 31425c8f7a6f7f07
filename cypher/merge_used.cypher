// Derives which customer used which device, and when, from the logins; repeatable, so a second delivery counts nothing twice.
// $rows: session (key).
UNWIND $rows AS row
MATCH (:Session {key: row.session})-[:LOGGED_IN]->(c:Customer)
MATCH (:Session {key: row.session})-[:ON_DEVICE]->(d:Device)
WITH DISTINCT c, d
// Trackers number sessions by the clock, so two visits may have one number: a login that names no device, in a session of
// several, is proof of none of them.
OPTIONAL MATCH (c)<-[login:LOGGED_IN]-(s:Session)-[:ON_DEVICE]->(d)
WHERE login.device = d.key OR (coalesce(login.device, 'none') = 'none' AND COUNT { (s)-[:ON_DEVICE]->() } = 1)
WITH c, d, min(login.at) AS first_login_at, max(coalesce(login.last_at, login.at)) AS last_login_at, count(DISTINCT s) AS logins
CALL (c, d, logins) {
  MATCH (c)-[untold:USED]->(d)
  WHERE logins = 0
  DELETE untold
}
WITH c, d, first_login_at, last_login_at, logins
WHERE logins > 0
MERGE (c)-[u:USED]->(d)
SET u.first_login_at = first_login_at, u.last_login_at = last_login_at, u.logins = logins
