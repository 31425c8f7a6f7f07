// Hangs interactions without a session on their customers.
// $rows: key (of the interaction), customer (key), content_hash.
UNWIND $rows AS row
MATCH (i:Interaction {key: row.key}) WHERE i.content_hash = row.content_hash
MATCH (c:Customer {key: row.customer})
MERGE (c)-[:DID]->(i)
