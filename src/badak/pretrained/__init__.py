"""Networks that learnt elsewhere: published weights by name, files, and new heads for them."""

from badak.pretrained.cache import features
from badak.pretrained.heads import transfer
from badak.pretrained.loading import Pretrained, load, opened
from badak.pretrained.published import PUBLISHED, Published

__all__ = ["PUBLISHED", "Pretrained", "Published", "features", "load", "opened", "transfer"]
