"""What the program that started this process says of it, in the environment."""

import os

SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE")  # MPICH's mpiexec and Slurm's PMI2; Open MPI
RANKS = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")


def world_size() -> int:
    """Return how many processes MPI's launcher started, by the environment alone; 1 if none did."""
    return _number(SIZES) or _slurm_tasks()


def rank() -> int:
    """Return the number of this process, by the environment alone."""
    return _number(RANKS) or 0


def started() -> bool:
    """Return whether mpiexec, or Slurm's srun with several tasks, started this process."""
    return _number(SIZES) is not None or _slurm_tasks() > 1


def _slurm_tasks() -> int:
    """How many tasks srun started in one step; a batch script is no step."""
    return _number(["SLURM_STEP_NUM_TASKS"]) or 1 if "SLURM_PROCID" in os.environ else 1


def _number(names: tuple[str, ...] | list[str]) -> int | None:
    for name in names:
        if os.environ.get(name, "").isdecimal():
            return int(os.environ[name])
    return None
