// Identifiers and devices that too many share to say who somebody is, and those next to it
// $least_names (different names that hold a value), $least_customers (of a device), $limit; rows: the value's key, whether and why it is a hub, who holds it.
// :param least_names => 5
// :param least_customers => 20
// :param limit => 50
CALL () {
  MATCH (i:Identifier)
  WHERE i:Hub OR COUNT { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-() } >= $least_names
  WITH i, COUNT { (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-() } AS customers, COUNT {
    MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-(c:Customer)
    RETURN DISTINCT coalesce(c.given_name, '') + ' ' + coalesce(c.family_name, '') AS name
  } AS names
  WHERE (i:Hub AND customers > 0) OR names >= $least_names
  RETURN i.key AS value, i.kind AS kind, i:Hub AS is_hub, i.guard AS guard, customers, names,
    COLLECT {
      MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]-(c:Customer) RETURN c.key ORDER BY c.key LIMIT 5
    } AS examples
  UNION ALL
  MATCH (d:Device)
  WITH d, COUNT { (d)<-[:USED]-() } AS customers
  WHERE d:Hub OR customers >= $least_customers
  RETURN d.key AS value, d.kind AS kind, d:Hub AS is_hub, null AS guard, customers, COUNT {
    MATCH (d)<-[:USED]-(c:Customer)
    RETURN DISTINCT coalesce(c.given_name, '') + ' ' + coalesce(c.family_name, '') AS name
  } AS names, COLLECT { MATCH (d)<-[:USED]-(c:Customer) RETURN c.key ORDER BY c.key LIMIT 5 } AS examples
}
RETURN value, kind, is_hub, guard, names, customers, examples
ORDER BY is_hub DESC, names DESC, customers DESC, value LIMIT $limit
