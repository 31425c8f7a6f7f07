// The customers that belong together with one at a confidence, and when their sources first knew them.
// $key, $confidence, $limit; rows: key, created_at (epoch milliseconds).
MATCH (start:Customer {key: $key})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH DISTINCT member LIMIT $limit
WITH member WHERE member.retired_at IS NULL
RETURN member.key AS key, member.created_at.epochMillis AS created_at
ORDER BY key
