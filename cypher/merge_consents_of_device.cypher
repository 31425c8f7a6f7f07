// Hangs consent facts on the device they were given for.
// $rows: key (of the fact), device (key), content_hash.
UNWIND $rows AS row
MATCH (f:ConsentFact {key: row.key}) WHERE f.content_hash = row.content_hash
MATCH (n:Device {key: row.device})
MERGE (f)-[:STATED_FOR]->(n)
