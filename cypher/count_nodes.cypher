// How many nodes there are, of every label; read from a counter, whatever the size.
// No parameters; one row: nodes.
MATCH (n)
RETURN count(n) AS nodes
