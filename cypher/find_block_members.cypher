// Customers that share blocking parts, by queries over the index: of everything that is committed.
// $queries: number, query (Lucene), most (customers to look for), partly; one row, because rows are dear: found, a list
// of [key, prepared (JSON text), numbers of the queries], with no key: those with as many as were looked for, unless a
// part of them will do.
CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()
UNWIND $queries AS wanted
CALL (wanted) {
  CALL db.index.fulltext.queryNodes('customer_blocking', wanted.query, {limit: wanted.most}) YIELD node
  WITH collect(node) AS nodes
  RETURN CASE WHEN wanted.partly OR size(nodes) < wanted.most THEN nodes ELSE [null] END AS nodes
}
UNWIND nodes AS node
WITH node, collect(wanted.number) AS numbers
RETURN collect([node.key, node.prepared, numbers]) AS found
