// Makes room for customers that are named before their own record arrives.
// $rows: key, source, external_id.
UNWIND $rows AS row
MERGE (c:Customer {key: row.key})
  ON CREATE SET c.source = row.source, c.external_id = row.external_id
