"""Networks that learnt elsewhere: published weights by name, files, and new heads for them."""

from badak.pretrained.cache import features
from badak.pretrained.finetune import falling_rates, unfreeze
from badak.pretrained.head_trainer import HeadTrainer
from badak.pretrained.heads import transfer
from badak.pretrained.loading import Pretrained, load, opened
from badak.pretrained.published import PUBLISHED, Published

__all__ = [
    "PUBLISHED",
    "HeadTrainer",
    "Pretrained",
    "Published",
    "falling_rates",
    "features",
    "load",
    "opened",
    "transfer",
    "unfreeze",
]
