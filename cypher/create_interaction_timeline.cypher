// Index that gives the newest interactions of an owner without reading the others.
// No parameters.
CREATE INDEX interaction_timeline IF NOT EXISTS FOR (i:Interaction) ON (i.owner, i.at)
