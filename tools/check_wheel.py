"""Try an installed badak: the native core is there, and learns what the golden file says.

    python tools/check_wheel.py

Run it in an environment that holds the wheel and nothing else of badak; cibuildwheel does.
"""

import json
import sys
from pathlib import Path

import numpy as np

import badak
from golden import PATH, losses

if badak.ops.active() != "native":
    sys.exit(f"{badak.__file__}: no native core; the compiler failed, or the wheel is the pure one")
if Path(badak.__file__).is_relative_to(PATH.parents[2] / "src"):
    sys.exit(f"{badak.__file__} is the clone's own: install the wheel and leave PYTHONPATH empty")
golden = json.loads(PATH.read_text())
np.testing.assert_allclose(losses(np.float32), golden["float32"], rtol=2e-4)
np.testing.assert_allclose(losses(np.float64), golden["float64"], rtol=1e-10)
print(f"badak {badak.__version__} on Python {sys.version.split()[0]}: the golden losses agree")
