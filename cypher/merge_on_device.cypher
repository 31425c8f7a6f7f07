// Connects sessions with their devices.
// $rows: session, device (keys).
UNWIND $rows AS row
MATCH (s:Session {key: row.session})
MATCH (d:Device {key: row.device})
MERGE (s)-[:ON_DEVICE]->(d)
