"""Training as a whole against recorded numbers: ten losses of SimpleConvNet on digits."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
GOLDEN = json.loads((ROOT / "tests/golden/simple_conv_net.json").read_text())


@pytest.mark.parametrize(("name", "tolerance"), [("float64", 1e-10), ("float32", 2e-4)])
def test_the_first_losses_are_the_golden_ones(name, tolerance, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "tools")])
    from golden import losses

    found = losses(getattr(np, name))
    assert len(found) == 10
    np.testing.assert_allclose(found, GOLDEN[name], rtol=tolerance)
    assert found[-1] < found[0] / 2  # and the network learns
