"""Pictures of why the network predicts a class."""
