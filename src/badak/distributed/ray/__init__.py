"""Several processes by Ray: a lost one is replaced, and the others go on without it meanwhile."""

from badak.errors import needs

with needs("training by several processes with Ray needs the ray package", extra="ray"):
    import ray as _ray  # noqa: F401

from badak.distributed.ray.launch import launch

__all__ = ["launch"]
