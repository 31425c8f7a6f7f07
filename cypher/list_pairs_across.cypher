// What is known between two groups as far as one customer of each tells.
// $rows: key, left, right, ones, others (keys of the groups of left and right); rows: key, probability (mean over the
// pairs of either with the other's group), guards (that acted on these).
UNWIND $rows AS row
CALL (row) {
  MATCH (:Customer {key: row.left})-[r:SAME_AS|COMPARED]-(y:Customer)
  WHERE y.key IN row.others
  RETURN r
  UNION
  MATCH (:Customer {key: row.right})-[r:SAME_AS|COMPARED]-(x:Customer)
  WHERE x.key IN row.ones
  RETURN r
}
RETURN row.key AS key, avg(r.probability) AS probability, collect(DISTINCT r.guard) AS guards
