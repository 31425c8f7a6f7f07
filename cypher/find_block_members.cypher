// Customers that share blocking parts, by queries over the index.
// $queries: number, query (Lucene), most (customers to look for), partly; one row, because rows are dear: blocks, a list
// of [number, keys]: none where there are as many as were looked for, unless a part of them will do.
UNWIND $queries AS wanted
CALL (wanted) {
  CALL db.index.fulltext.queryNodes('customer_blocking', wanted.query, {limit: wanted.most}) YIELD node
  WITH collect(node) AS nodes
  RETURN CASE WHEN wanted.partly OR size(nodes) < wanted.most THEN [node IN nodes | node.key] END AS keys
}
RETURN collect([wanted.number, keys]) AS blocks
