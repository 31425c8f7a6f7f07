// How far inputs were read.
// $source, $input (none: all); rows: source, input, part, position, value, at (epoch milliseconds).
MATCH (c:SourceCursor)
WHERE ($source IS NULL OR c.source = $source) AND ($input IS NULL OR c.input = $input)
RETURN c.source AS source, c.input AS input, c.part AS part, c.position AS position, c.value AS value,
  c.at.epochMillis AS at
ORDER BY source, input, part
