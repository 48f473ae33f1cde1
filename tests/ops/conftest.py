"""The editions that tests run on: the reference, and native with one instruction set or each."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from badak import ops

try:
    from badak import _core
except ImportError:  # built without a compiler: only the reference
    _core = None

SETS = [] if _core is None else _core.usable_sets()


@contextmanager
def running(name: str) -> Iterator[None]:
    """Run "reference", or the native edition with the instruction set of this name."""
    if name == "reference":
        with ops.use("reference"):
            yield
        return
    before = _core.active_set()
    assert _core.use_set(name)
    try:
        with ops.use("native"):
            yield
    finally:
        _core.use_set(before)


# Module scope, since Hypothesis runs a test function many times with one fixture.
@pytest.fixture(params=["reference", *SETS[:1]], scope="module")
def each_edition(request: pytest.FixtureRequest) -> Iterator[str]:
    """Both editions, native with its best set; a module asks for it by `pytestmark`."""
    with running(request.param):
        yield request.param


@pytest.fixture(params=SETS, scope="module")
def each_set(request: pytest.FixtureRequest) -> Iterator[str]:
    """The native edition, once with each instruction set."""
    with running(request.param):
        yield request.param
