// Hangs consent facts on the customer they were given for.
// $rows: key (of the fact), customer (key), content_hash.
UNWIND $rows AS row
MATCH (f:ConsentFact {key: row.key}) WHERE f.content_hash = row.content_hash
MATCH (n:Customer {key: row.customer})
MERGE (f)-[:STATED_FOR]->(n)
