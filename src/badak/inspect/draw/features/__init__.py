"""Pictures of what layers compute."""
