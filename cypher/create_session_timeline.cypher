// Index that gives the visits of a device around a moment, where silence cuts them.
// No parameters.
CREATE INDEX session_timeline IF NOT EXISTS FOR (s:Session) ON (s.cut_of, s.ended_at)
