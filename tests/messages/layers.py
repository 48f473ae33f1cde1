"""Arguments of the layers, and layers that do not fit each other: what tests/layers refuses."""

from badak import Network
from layers.test_bad_arguments import WRONG
from layers.test_misfits import MISFITS


def _network(layers, shape):
    return lambda folder: Network(layers, shape)


CALLS = {
    **{name: lambda folder, make=make: make() for name, (make, _) in WRONG.items()},
    **{name: _network(layers, shape) for name, (layers, shape, _) in MISFITS.items()},
}
