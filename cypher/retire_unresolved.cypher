// Takes the label from customers that are resolved, unless they were written again meanwhile.
// $rows: key, touched.
UNWIND $rows AS row
MATCH (c:Customer {key: row.key})
WHERE c:Unresolved AND coalesce(c.touched, 0) = row.touched
REMOVE c:Unresolved
