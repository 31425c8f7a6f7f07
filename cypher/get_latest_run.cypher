// The resolution that finished last, with its model.
// No parameters; at most one row: the properties of ScoringRun and ScoringModel, times in epoch milliseconds.
MATCH (r:ScoringRun)
WITH r ORDER BY r.finished_at DESC, r.run_id DESC LIMIT 1
MATCH (m:ScoringModel {version: r.model_version})
RETURN r.run_id AS run_id, r.scope AS scope, r.settings AS settings, r.counts AS counts,
  r.durations AS durations, r.started_at.epochMillis AS started_at, r.finished_at.epochMillis AS finished_at,
  m.version AS model_version, m.created_at.epochMillis AS created_at, m.parameters AS parameters,
  m.calibration AS calibration, m.level_names AS level_names, m.level_values AS level_values
