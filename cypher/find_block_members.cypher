// Customers that share blocking parts, by queries over the index; of each block at most as many as asked for.
// $queries: number, query (Lucene), most; one row, because rows are dear: blocks, a list of [number, keys].
UNWIND $queries AS wanted
CALL (wanted) {
  CALL db.index.fulltext.queryNodes('customer_blocking', wanted.query, {limit: wanted.most}) YIELD node
  RETURN collect(node.key) AS keys
}
RETURN collect([wanted.number, keys]) AS blocks
