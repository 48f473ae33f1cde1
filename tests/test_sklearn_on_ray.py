"""scikit-learn's search over a ConvNetClassifier runs on Ray's workers, with the same result.

In a process of its own: Ray reads its settings once in a process, and leaves threads behind.
"""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from sklearn.model_selection import GridSearchCV

from badak.sklearn import ConvNetClassifier

SEARCH = {"lr": [1e-4, 3e-3], "batch_size": [30]}


@pytest.fixture(scope="module")
def digits():
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))[:240]
    return X[order] / 16, y[order]


def found(search):
    """What a search found, exactly."""
    scores = search.cv_results_["mean_test_score"].tolist(), float(search.best_score_)
    return [search.best_params_, *scores, search.predict(search.images_).tolist()]


def searched(X, y):
    """A search over the learning rate, by two folds."""
    search = GridSearchCV(ConvNetClassifier(epochs=3, random_state=0), SEARCH, cv=2)
    search.fit(X, y)
    search.images_ = X[:40]
    return found(search)


def handed(array):
    """Which process computes, and whether it may write the array that it got."""
    return os.getpid(), array.flags.writeable


def test_a_grid_search_on_ray_finds_what_one_process_finds(digits, tmp_path):
    pytest.importorskip("ray")
    expected = searched(*digits)
    np.savez(tmp_path / "digits.npz", X=digits[0], y=digits[1])
    code = f"""
        import json, tempfile
        import joblib, numpy as np, ray
        from ray.util.joblib import register_ray
        from test_sklearn_on_ray import handed, searched

        digits = np.load({str(tmp_path / "digits.npz")!r})
        X, y = digits["X"], digits["y"]
        with tempfile.TemporaryDirectory(prefix="badak") as folder:  # a socket's path must be short
            ray.init(num_cpus=2, include_dashboard=False, _temp_dir=folder, logging_level="ERROR")
            try:
                register_ray()
                with joblib.parallel_backend("ray"):
                    result = searched(X, y)
                    seen = joblib.Parallel()([joblib.delayed(handed)(X)] * 4)
            finally:
                ray.shutdown()
        for process, writable in seen:
            assert process != handed(X)[0] and not writable
        print(json.dumps(result))
    """
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path]),
        "PYTHONWARNINGS": "error",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": "a token of this test, and of no other",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1]) == expected


@pytest.mark.parametrize("kind", ["read-only", "mapped"])
def test_arrays_that_joblib_hands_over_cannot_be_written(digits, tmp_path, kind):
    """Its workers get read-only arrays, mapped from a file if they are large."""
    arrays = [array.copy() for array in digits]
    if kind == "mapped":
        for name, array in zip("Xy", digits, strict=True):
            np.save(tmp_path / name, array)
        arrays = [np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in "Xy"]
    for array in arrays:
        array.flags.writeable = False
    assert searched(*arrays) == searched(*digits)
