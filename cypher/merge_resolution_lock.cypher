// Makes other resolutions wait until this transaction ends.
// $at (epoch milliseconds), $keys (of customers); one row: model_version of the resolution that finished last, none
// before the first; unresolved: those of the customers that wait to be resolved; unfinished: whether a run over everything
// was interrupted.
MERGE (l:ResolutionLock {name: 'resolution'})
SET l.at = datetime({epochMillis: $at})
RETURN head(COLLECT {
  MATCH (r:ScoringRun) WHERE r.finished_at IS NOT NULL
  RETURN r.model_version ORDER BY r.finished_at DESC, r.run_id DESC LIMIT 1
}) AS model_version, EXISTS { (:UnfinishedRun) } AS unfinished, COLLECT {
  UNWIND $keys AS wanted
  MATCH (c:Customer:Unresolved {key: wanted})
  RETURN c.key
} AS unresolved
