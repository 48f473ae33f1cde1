"""Pictures of checks and costs."""
