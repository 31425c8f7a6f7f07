// Moves all that hangs on a session to the one that has taken its place, and deletes it; silence cuts anew where a message comes late.
// $rows: old, new (keys); the new one is there and has the old one's properties.
UNWIND $rows AS row
MATCH (old:Session {key: row.old})
MATCH (new:Session {key: row.new})
CALL (old, new) {
  MATCH (i:Interaction)-[:IN_SESSION]->(old)
  MERGE (i)-[:IN_SESSION]->(new)
  SET i.session = new.key
}
CALL (old, new) {
  MATCH (old)-[login:LOGGED_IN]->(c:Customer)
  MERGE (new)-[r:LOGGED_IN {device: coalesce(login.device, 'none')}]->(c)
    ON CREATE SET r.at = login.at, r.last_at = coalesce(login.last_at, login.at)
    ON MATCH SET
      r.last_at = CASE WHEN coalesce(login.last_at, login.at) > coalesce(r.last_at, r.at)
        THEN coalesce(login.last_at, login.at) ELSE coalesce(r.last_at, r.at) END,
      r.at = CASE WHEN login.at < r.at THEN login.at ELSE r.at END
}
CALL (old, new) {
  MATCH (old)-[:ON_DEVICE]->(d:Device)
  MERGE (new)-[:ON_DEVICE]->(d)
}
DETACH DELETE old
