"""How a network learnt: curves by epoch, and a timeline of its state."""
