// The devices that some customers used, locked: until the transaction ends nobody else tells who uses them.
// $keys; rows: key.
UNWIND $keys AS wanted
MATCH (:Customer {key: wanted})-[:USED]->(d:Device)
WITH DISTINCT d
ORDER BY d.key
SET d.kind = d.kind
RETURN d.key AS key
