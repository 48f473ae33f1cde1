"""Pictures of what a network gets right and wrong."""
