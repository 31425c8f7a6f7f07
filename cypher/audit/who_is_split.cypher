// People who may be split: one name and one contact in several clusters
// $confidence, $limit; rows: the kind of contact, how many clusters, their smallest keys and the customers; no name and no value.
// :param confidence => 0.5
// :param limit => 50
MATCH (i:Identifier)<-[:HAS_EMAIL|HAS_PHONE]-(c:Customer)
WHERE NOT i:Hub AND c.retired_at IS NULL AND c.given_name IS NOT NULL AND c.family_name IS NOT NULL
WITH i, toLower(c.given_name) AS given_name, toLower(c.family_name) AS family_name, collect(DISTINCT c) AS holders
WHERE size(holders) > 1
CALL (holders) {
  UNWIND holders AS holder
  MATCH (holder)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
  WITH holder, collect(DISTINCT member.key) AS keys
  RETURN holder.key AS customer, reduce(least = keys[0], k IN keys | CASE WHEN k < least THEN k ELSE least END) AS cluster
}
WITH i, given_name, family_name, customer, cluster ORDER BY customer
WITH i, given_name, family_name, collect(DISTINCT cluster) AS clusters, collect(customer) AS customers
WHERE size(clusters) > 1
// Two contacts may show the same people: once is enough.
RETURN collect(DISTINCT i.kind) AS shared_contacts, size(clusters) AS split_into, clusters, customers
ORDER BY split_into DESC, customers LIMIT $limit
