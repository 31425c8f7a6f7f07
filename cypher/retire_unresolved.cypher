// Takes the label from customers that are resolved, unless they were written again meanwhile.
// $rows: key, touched.
UNWIND $rows AS row
MATCH (c:Unresolved {key: row.key})
WHERE coalesce(c.touched, 0) = row.touched
REMOVE c:Unresolved
