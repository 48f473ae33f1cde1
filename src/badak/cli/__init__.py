"""The command line: `badak`."""
