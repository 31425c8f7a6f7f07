// Hangs interactions on their sessions.
// $rows: key (of the interaction), session (key), content_hash.
UNWIND $rows AS row
MATCH (i:Interaction {key: row.key}) WHERE i.content_hash = row.content_hash
MATCH (s:Session {key: row.session})
MERGE (i)-[:IN_SESSION]->(s)
