"""Training by several processes, on one machine or many."""

from badak.distributed.communicator import Communicator, OneProcess, Pending, WorkersLost
from badak.distributed.expected import Speedup
from badak.distributed.link import Link, measure_link
from badak.distributed.load import Bucket, Load, load_of
from badak.distributed.scaling import efficiency, speedup, step_seconds, wire_share
from badak.distributed.simulation import simulate
from badak.distributed.trainer import ParallelTrainer

__all__ = [
    "Bucket",
    "Communicator",
    "Link",
    "Load",
    "OneProcess",
    "ParallelTrainer",
    "Pending",
    "Speedup",
    "WorkersLost",
    "efficiency",
    "load_of",
    "measure_link",
    "simulate",
    "speedup",
    "step_seconds",
    "wire_share",
]
