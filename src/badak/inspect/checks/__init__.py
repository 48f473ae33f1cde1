"""Whether a network computes what it should, and what that costs."""
