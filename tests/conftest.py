"""For all tests: Hypothesis profiles, real data, English, no leaked state, one OpenMP thread."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

for name, examples in {"dev": 10, "sanitized": 10, "ci": 100, "deep": 2000}.items():
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=name in ("sanitized", "ci"),
        suppress_health_check=[HealthCheck.too_slow],
    )
# PyTorch's threads wait for work in a loop: on small arrays this takes twenty times as long as the
# work itself. PyTorch reads this when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# The command line speaks the language of the environment; tests expect English.
for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
    if os.environ.get(name, "").startswith("ko"):
        os.environ[name] = "C.UTF-8"
# A shell makes programs that it starts in the background ignore Ctrl-C, and badak leaves it so. The
# tests of Ctrl-C need it to work, in subprocesses too, however the suite was started.
signal.signal(signal.SIGINT, signal.default_int_handler)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture
def data_dir() -> Path:
    """The folder of real data sets; .ci/run names it in BADAK_DATA."""
    folder = os.environ.get("BADAK_DATA")
    if folder is None:
        pytest.skip("BADAK_DATA names no folder of real data sets")
    return Path(folder)


@pytest.fixture(autouse=True)
def _no_leaked_state():
    """A test may not change the working directory or NumPy's global settings for the next."""
    folder, error_state = Path.cwd(), np.geterr()
    yield
    assert Path.cwd() == folder
    assert np.geterr() == error_state
