// Records a finished resolution. Only one that goes on from transaction to transaction is written again; the same once more
// changes nothing.
// $run_id, $model_version, $scope, $settings, $counts, $durations (JSON text), $started_at, $finished_at (epoch
// milliseconds); one row: open (false: the run was closed, and is left as it was).
MERGE (r:ScoringRun {run_id: $run_id})
WITH r, r.finished_at IS NULL
  OR (r.scope = $scope AND r.counts = $counts AND r.finished_at = datetime({epochMillis: $finished_at}))
  OR (r.scope IN ['incremental', 'online'] AND r.scope = $scope AND r.model_version = $model_version) AS open
FOREACH (_ IN CASE WHEN open THEN [1] ELSE [] END |
  SET r.model_version = $model_version, r.scope = $scope, r.settings = $settings, r.counts = $counts,
      r.durations = $durations, r.started_at = datetime({epochMillis: $started_at}),
      r.finished_at = datetime({epochMillis: $finished_at}))
RETURN open
