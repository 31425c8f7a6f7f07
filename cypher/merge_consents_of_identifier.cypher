// Hangs consent facts on the identifier they were given for.
// $rows: key (of the fact), identifier (key), content_hash.
UNWIND $rows AS row
MATCH (f:ConsentFact {key: row.key}) WHERE f.content_hash = row.content_hash
MATCH (n:Identifier {key: row.identifier})
MERGE (f)-[:STATED_FOR]->(n)
