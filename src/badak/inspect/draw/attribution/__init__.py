"""Pictures of why an image is of a class."""
