"""From messages of any protocol to the records that the graph takes."""
