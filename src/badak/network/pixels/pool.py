"""Pooling steps."""
