// The customers that belong together with one at a confidence, also those that are retired.
// $key, $confidence, $limit; rows: key, rank (for naming the profile), retired.
MATCH (start:Customer {key: $key})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH DISTINCT member LIMIT $limit
RETURN member.key AS key, member.name_rank AS rank, member.retired_at IS NOT NULL AS retired
ORDER BY key
