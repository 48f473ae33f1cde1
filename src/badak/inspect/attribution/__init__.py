"""Why an image is of a class."""
