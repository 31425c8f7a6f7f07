// The customers that belonged together with each of some at a time and a confidence, as it was known then.
// $customers (keys), $confidence, $at (epoch milliseconds), $limit; rows: customer, members (more than $limit are cut).
WITH datetime({epochMillis: $at}) AS moment
UNWIND $customers AS customer
CALL (customer, moment) {
  MATCH (start:Customer {key: customer})
  MATCH (start)-[r:SAME_AS|WAS_SAME_AS
    WHERE r.confidence >= $confidence AND r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
  ]-{0,}(member)
  WITH DISTINCT member LIMIT $limit
  RETURN collect(member.key) AS members
}
RETURN customer, members
