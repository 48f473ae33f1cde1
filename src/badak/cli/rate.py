"""The learning rate of a run whose network has no recipe."""

from dataclasses import replace

from badak.cli.config import RunConfig
from badak.data import Dataset
from badak.network import Network
from badak.training import LrFind, find_lr


def tried(config: RunConfig, net: Network, train: Dataset) -> LrFind:
    """Try learning rates for a run."""
    trainer = config.trainer(net, progress=False)
    return find_lr(
        net,
        train,
        trainer.optimizer,
        batch_size=trainer.batch_size,
        seed=trainer.seed,
        augment=trainer.augment,
    )


def with_rate(config: RunConfig, net: Network, train: Dataset) -> tuple[RunConfig, str]:
    """Give a run the learning rate that `badak lr-find` suggests, and say so."""
    found = tried(config, net, train)
    if found.suggestion is None:
        return config, "learning rate: the optimizer's own, since no other made the loss fall"
    words = (
        f"learning rate {found.suggestion:g}: a tenth of the one at which the loss had "
        f"fallen, in {len(found.rates)} steps at rising rates (badak lr-find draws them)"
    )
    return replace(config, lr=found.suggestion), words
