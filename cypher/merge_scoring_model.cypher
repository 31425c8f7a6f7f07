// Keeps a trained model; a known version stays as it is.
// $version, $created_at (epoch milliseconds), $parameters, $calibration (JSON text), $level_names, $level_values.
MERGE (m:ScoringModel {version: $version})
  ON CREATE SET m.created_at = datetime({epochMillis: $created_at}), m.parameters = $parameters,
    m.calibration = $calibration, m.level_names = $level_names, m.level_values = $level_values
