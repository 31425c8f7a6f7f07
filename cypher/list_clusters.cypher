// The customers that belong together with each of some at a confidence (a forest has one path between two nodes).
// $customers (keys), $confidence, $limit; rows: customer, members (keys, more than $limit are cut).
UNWIND $customers AS customer
CALL (customer) {
  MATCH (start:Customer {key: customer})
  MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
  WITH DISTINCT member LIMIT $limit
  RETURN collect(member.key) AS members
}
RETURN customer, members
