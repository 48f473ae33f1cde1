"""A network as one C file."""
