// The customers that belong together with one at a confidence, each once (a forest has one path between two nodes).
// $key, $confidence, $limit; one row: members (keys). More than $limit members are cut: ask for one more than you show.
MATCH (start:Customer {key: $key})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH DISTINCT member LIMIT $limit
RETURN collect(member.key) AS members
