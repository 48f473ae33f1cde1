"""Training on pixels: chains of steps whose maps have their channels innermost."""
