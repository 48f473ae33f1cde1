"""Processes that MPI started: ``mpiexec -n 4 ...`` on one machine or many, or Slurm's ``srun``."""

from badak.distributed.mpi.communicator import MPI
from badak.distributed.mpi.library import abort
from badak.distributed.mpi.supervisor import supervise
from badak.launcher import started, world_size

__all__ = ["MPI", "abort", "started", "supervise", "world_size"]
