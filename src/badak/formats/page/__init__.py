"""A network as one HTML page."""
