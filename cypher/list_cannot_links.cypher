// Every decision that two customers are two people.
// No parameters; rows: left, right (keys).
MATCH (a:Customer)-[:NOT_SAME_AS]->(b:Customer)
RETURN a.key AS left, b.key AS right
