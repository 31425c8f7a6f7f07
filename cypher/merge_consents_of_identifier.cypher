// Hangs consent facts on the identifier they were given for.
// $rows: fact, subject (keys).
UNWIND $rows AS row
MATCH (f:ConsentFact {key: row.fact})
MATCH (n:Identifier {key: row.subject})
MERGE (f)-[:STATED_FOR]->(n)
