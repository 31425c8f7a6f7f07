// A page of the resolutions, by when they began, the newest first (the end of one that goes on moves).
// $before (epoch milliseconds), $before_id (of the last one of the page before), $scope, $model_version (none: all), $limit;
// rows: the properties of ScoringRun (times in epoch milliseconds).
MATCH (r:ScoringRun)
WHERE r.started_at <= datetime({epochMillis: $before})
  // As an OR it would be looked up in two indexes, both to their end.
  AND CASE WHEN r.started_at = datetime({epochMillis: $before}) THEN r.run_id < $before_id ELSE true END
  AND ($scope IS NULL OR r.scope = $scope) AND ($model_version IS NULL OR r.model_version = $model_version)
RETURN r.run_id AS run_id, r.model_version AS model_version, r.scope AS scope, r.settings AS settings,
  r.counts AS counts, r.durations AS durations, r.started_at.epochMillis AS started_at,
  r.finished_at.epochMillis AS finished_at
ORDER BY r.started_at DESC, r.run_id DESC LIMIT $limit
