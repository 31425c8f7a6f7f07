"""Lists: customers, links, resolutions, decisions, sources and questions, page by page."""
