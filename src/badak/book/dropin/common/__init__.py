"""The book's package common."""
