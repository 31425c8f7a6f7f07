// How many customers each of some links of the forest joined: those held on either side by links as strong as itself.
// $rows: key, left, right, height (its cohesion); $most (members); rows: key, left_size, right_size.
UNWIND $rows AS row
CALL (row) {
  MATCH (a:Customer {key: row.left})
  MATCH (a)-[r:SAME_AS WHERE r.cohesion >= row.height AND r.key <> row.key]-{0,}(member)
  WITH DISTINCT member LIMIT $most
  RETURN count(*) AS left_size
}
CALL (row) {
  MATCH (b:Customer {key: row.right})
  MATCH (b)-[r:SAME_AS WHERE r.cohesion >= row.height AND r.key <> row.key]-{0,}(member)
  WITH DISTINCT member LIMIT $most
  RETURN count(*) AS right_size
}
RETURN row.key AS key, left_size, right_size
