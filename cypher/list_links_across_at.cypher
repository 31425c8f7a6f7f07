// The links between two groups of customers that held at a time: how many, and the pair with the highest weight.
// $left, $right (keys), $at (epoch milliseconds); one row: links, strongest (left, right; null: there was none).
WITH datetime({epochMillis: $at}) AS moment
UNWIND $left AS wanted
MATCH (:Customer {key: wanted})-[r:SAME_AS|WAS_SAME_AS]-(other:Customer)
WHERE other.key IN $right AND r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
// What was never scored has no weight, although 0 is stored: it comes last.
WITH startNode(r).key AS left, endNode(r).key AS right, r.evidence IS NULL AS unscored, r.match_weight AS weight
ORDER BY unscored, weight DESC, left, right
WITH collect([left, right]) AS pairs
RETURN size(pairs) AS links, head(pairs) AS strongest
