"""badak serve: the local page."""
