// The person whom each of some customers certainly is: the smallest key of those whom certain links hold together.
// $keys, $certain (least cohesion of such links); one row, because rows are dear: people, a list of [key, person].
UNWIND $keys AS wanted
MATCH (start:Customer {key: wanted})
MATCH (start)-[r:SAME_AS WHERE r.cohesion >= $certain]-{0,}(member)
WITH wanted, min(member.key) AS person
RETURN collect([wanted, person]) AS people
