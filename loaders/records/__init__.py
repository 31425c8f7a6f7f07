"""From mapped rows to the records that the graph takes, or to the reasons why not."""
