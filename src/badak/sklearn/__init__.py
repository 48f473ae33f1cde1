"""scikit-learn (extra ``[sklearn]``): `ConvNetClassifier` for pipelines and searches."""

from badak.errors import needs

with needs("badak.sklearn needs scikit-learn 1.6 or later", extra="sklearn"):
    from sklearn.utils.validation import validate_data  # noqa: F401  # new in 1.6

from badak.sklearn.classifier import ConvNetClassifier
from badak.sklearn.small import SmallConvNet

__all__ = ["ConvNetClassifier", "SmallConvNet"]
