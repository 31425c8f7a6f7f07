// Removes pairs that are not scored any more, or are links now.
// $rows: left, right (keys).
UNWIND $rows AS row
MATCH (:Customer {key: row.left})-[r:COMPARED]->(:Customer {key: row.right})
DELETE r
