// Derives which customer used which device, and when, from the logins; repeatable, so a second delivery counts nothing twice.
// $rows: session (key).
UNWIND $rows AS row
MATCH (:Session {key: row.session})-[:LOGGED_IN]->(c:Customer)
MATCH (:Session {key: row.session})-[:ON_DEVICE]->(d:Device)
WITH DISTINCT c, d
MATCH (c)<-[login:LOGGED_IN]-(s:Session)-[:ON_DEVICE]->(d)
WITH c, d, min(login.at) AS first_login_at, max(login.at) AS last_login_at, count(s) AS logins
MERGE (c)-[u:USED]->(d)
SET u.first_login_at = first_login_at, u.last_login_at = last_login_at, u.logins = logins
