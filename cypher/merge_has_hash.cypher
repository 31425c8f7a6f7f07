// Gives customers the hashes of their emails, at which they meet those of whom a source only sends hashes.
// $rows: customer (key), key, value (of the hash).
UNWIND $rows AS row
MATCH (c:Customer {key: row.customer})
MERGE (i:Identifier {key: row.key})
  ON CREATE SET i:HashedEmail, i.kind = 'hashed_email', i.value = row.value
MERGE (c)-[:HAS_HASH]->(i)
