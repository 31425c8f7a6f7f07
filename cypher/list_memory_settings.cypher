// How much memory the server may take; not every server tells.
// No parameters; rows: name, value (as 512.00MiB, or none where it was not set).
SHOW SETTINGS YIELD name, value
WHERE name IN ['server.memory.heap.max_size', 'server.memory.pagecache.size']
RETURN name, value
