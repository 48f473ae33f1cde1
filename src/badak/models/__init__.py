"""Networks from the literature, each only a layer list, and the table that names them."""

from badak.models.simple import SimpleConvNet

MODELS = {"simple": SimpleConvNet}

__all__ = ["MODELS", "SimpleConvNet"]
