// Customers by name, company, town or number, best first.
// $text (Lucene syntax), $limit; rows: key, score.
CALL db.index.fulltext.queryNodes('customer_search', $text, {limit: $limit})
YIELD node, score
WHERE node.retired_at IS NULL
RETURN node.key AS key, score
