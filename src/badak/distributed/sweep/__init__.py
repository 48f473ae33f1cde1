"""Sweeps: many trainings over a space of options, the best chosen by its validation score."""

from badak.distributed.sweep.search import METHODS, Search, combinations
from badak.distributed.sweep.space import Choices, Range, Space, differences, read_space
from badak.distributed.sweep.trials import (
    Trial,
    best_trial,
    by_score,
    read_states,
    write_trials,
)
from badak.distributed.sweep.watch import Job, Told, Watch

__all__ = [
    "METHODS",
    "Choices",
    "Job",
    "Range",
    "Search",
    "Space",
    "Told",
    "Trial",
    "Watch",
    "best_trial",
    "by_score",
    "combinations",
    "differences",
    "read_space",
    "read_states",
    "write_trials",
]
