// Hangs consent facts on the customer they were given for.
// $rows: fact, subject (keys).
UNWIND $rows AS row
MATCH (f:ConsentFact {key: row.fact})
MATCH (n:Customer {key: row.subject})
MERGE (f)-[:STATED_FOR]->(n)
