// The named levels of confidence of the model that had scored last at a time.
// $at (epoch milliseconds); at most one row: model_version, level_names, level_values.
MATCH (r:ScoringRun)
WHERE r.finished_at <= datetime({epochMillis: $at})
WITH r ORDER BY r.finished_at DESC, r.run_id DESC LIMIT 1
MATCH (m:ScoringModel {version: r.model_version})
RETURN m.version AS model_version, m.level_names AS level_names, m.level_values AS level_values
