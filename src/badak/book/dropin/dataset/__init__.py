"""The book's package dataset."""
