"""Clustering: claims about pairs, and the forest of links that follows, whole and around a change."""
