// Customers by name, company, town or number: those that an earlier query finds before those of a later one.
// $queries (index, text in Lucene syntax, rank), $limit; rows: key, rank (the least), score (under that query).
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
UNWIND $queries AS wanted
CALL (wanted) {
  CALL db.index.fulltext.queryNodes(wanted.index, wanted.text, {limit: $limit}) YIELD node, score
  WITH node, score WHERE node.retired_at IS NULL
  RETURN node, score
}
WITH node, wanted.rank AS rank, score ORDER BY rank, score DESC
WITH node, head(collect([rank, score])) AS best
RETURN node.key AS key, best[0] AS rank, best[1] AS score
ORDER BY rank, score DESC, key LIMIT $limit
