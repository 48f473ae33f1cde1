"""Pictures of what layers compute and respond to."""
