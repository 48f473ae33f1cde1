"""Pictures of a data set as it is before training."""
