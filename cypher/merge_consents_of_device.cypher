// Hangs consent facts on the device they were given for.
// $rows: fact, subject (keys).
UNWIND $rows AS row
MATCH (f:ConsentFact {key: row.fact})
MATCH (n:Device {key: row.subject})
MERGE (f)-[:STATED_FOR]->(n)
