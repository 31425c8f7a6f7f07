// Records a finished resolution.
// $run_id, $model_version, $scope, $settings, $counts, $durations (JSON text), $started_at, $finished_at (epoch milliseconds).
MERGE (r:ScoringRun {run_id: $run_id})
SET r.model_version = $model_version, r.scope = $scope, r.settings = $settings, r.counts = $counts,
    r.durations = $durations, r.started_at = datetime({epochMillis: $started_at}),
    r.finished_at = datetime({epochMillis: $finished_at})
