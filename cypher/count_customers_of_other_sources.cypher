// How many customers come from sources that are not named.
// $sources (names); one row: customers.
MATCH (s:Source) WHERE NOT s.name IN $sources
MATCH (c:Customer) WHERE c.key STARTS WITH s.name + ':'
RETURN count(c) AS customers
