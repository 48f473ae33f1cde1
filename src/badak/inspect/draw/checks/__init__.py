"""Pictures of checks: precision and time."""
