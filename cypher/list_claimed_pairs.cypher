// Which of some pairs are links or compared pairs.
// $rows: left, right (keys, the smaller first); rows: left, right.
UNWIND $rows AS row
MATCH (left:Customer {key: row.left})
MATCH (right:Customer {key: row.right})
WHERE EXISTS { (left)-[:SAME_AS|COMPARED]->(right) }
RETURN row.left AS left, row.right AS right
