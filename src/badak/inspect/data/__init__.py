"""Looking at a data set before training: what it holds, and what is wrong with it."""
