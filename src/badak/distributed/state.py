"""The state of a training, sent from the first process to all: weights, optimizer and history."""

import tempfile
from pathlib import Path

from badak.distributed.communicator import Communicator
from badak.network import Network
from badak.optim import Optimizer
from badak.training import checkpoint


def share_state(
    communicator: Communicator, net: Network, optimizer: Optimizer, state: checkpoint.Resumed
) -> checkpoint.Resumed:
    """Give all processes the network, optimizer and history of the first one.

    What travels is a checkpoint, so that a process that joins late gets what a resumed run gets.

    Returns:
        The first process's history, best epoch and averages.
    """
    if communicator.size == 1:
        return state
    settings = {"ema": 0.0 if state.averages else None}
    with tempfile.TemporaryDirectory(prefix="badak-state-") as folder:
        path = Path(folder, "state.safetensors")
        content = b""
        if communicator.rank == 0:
            checkpoint.save(path, net, optimizer, state, settings)
            content = path.read_bytes()
        content = communicator.broadcast_bytes(content)
        if communicator.rank == 0:
            return state
        path.write_bytes(content)
        return checkpoint.load(path, net, optimizer, settings)
