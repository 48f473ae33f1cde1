"""One number of a network: what it sees, how it is computed, and its gradient's way back."""
