"""Fine-tuning: which layers of a network that learnt elsewhere learn again, and how fast."""

from badak.errors import BadakError
from badak.layers.batch_norm import BatchNorm
from badak.layers.walk import walk
from badak.network import Network, freezing, head

LAST, ALL = "last", "all"
# The learning rate of the lowest layer that learns, as a factor on the head's.
LOWEST = 0.1


def unfreeze(net: Network, layers: str = LAST) -> None:
    """Let some layers of a frozen network learn again; batch norms stay as they are.

    Args:
        net: a network whose head is new.
        layers: "last", those whose maps are smallest; "all"; or patterns of layer names, with
            commas between. The head always learns.

    Raises:
        BadakError: a pattern that matches no layer.

    Example:
        >>> from badak import models
        >>> net = models.ResNet18(2, 64, filters=(4, 4, 4, 4))
        >>> unfreeze(net)
        >>> list(net.trainable())[0]
        'block7.conv1.weight'
    """
    last = head.find(net).name
    chosen = {LAST: last_stage(net), ALL: ["*"]}.get(layers, layers.split(","))
    net.freeze("*")
    net.unfreeze(*(pattern.strip() for pattern in chosen), last)
    norms = [
        name
        for name, leaf in freezing.leaves(net.layers)
        if isinstance(leaf, BatchNorm) and not leaf.frozen
    ]
    net.freeze(*norms)
    if len(net.trainable()) <= len(head.find(net).layer.parameters):
        raise BadakError(f"finetune={layers!r} opens no layer that learns but the head")


def last_stage(net: Network) -> list[str]:
    """Return the names of the layers from the first on whose maps are as small as the last maps.

    Maps of one pixel do not count, as those that global pooling makes.
    """
    rows = {
        visit.name: visit.output[1] if len(visit.output) == 3 else 1
        for visit in walk(net.layers, net.input_shape)
        if visit.name in net.layers
    }
    smallest = min((count for count in rows.values() if count > 1), default=1)
    first = next(place for place, count in enumerate(rows.values()) if count <= smallest)
    return list(rows)[first:]


def falling_rates(net: Network, lowest: float = LOWEST) -> dict[str, float]:
    """Return factors on the learning rate that fall from the head to the lowest learning layer.

    They fall evenly, by the same factor from each layer of the network to the one before.

    Example:
        >>> from badak import models
        >>> net = models.LeNet5()
        >>> net.freeze("conv*")
        >>> falling_rates(net)
        {'linear1.*': 0.1, 'linear2.*': 0.3162, 'linear3.*': 1.0}
    """
    learning = {name.partition(".")[0]: None for name in net.trainable()}
    steps = max(1, len(learning) - 1)
    return {
        f"{name}.*": round(lowest ** ((steps - place) / steps), 4)
        for place, name in enumerate(learning)
    }
