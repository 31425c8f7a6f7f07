// Makes other resolutions wait until this transaction ends.
// $at (epoch milliseconds).
MERGE (l:ResolutionLock {name: 'resolution'})
SET l.at = datetime({epochMillis: $at})
