"""Ratios of badak to its peers, measured in one run: interleaved, medians.

    python benchmarks/compare.py [--steps 60]

Prints a SimpleConvNet training step at batch 100 of badak (NumPy alone) against the book's own
algorithm in float64, after checking that both compute the same losses; and the time of
`import badak`, each in a fresh process.
"""

import argparse
import platform
import statistics
import subprocess
import sys
import time

import numpy as np

import badak
from bench_book import BookNet

IMPORT = "import time; t = time.perf_counter(); import badak; print(time.perf_counter() - t)"


def training_step(steps: int) -> None:
    """Time both after checking that they learn alike."""
    generator = np.random.default_rng(0)
    images = generator.random((100, 1, 28, 28), dtype=np.float32)
    labels = generator.integers(0, 10, 100)
    net = badak.models.SimpleConvNet(seed=0)
    book = BookNet(net.parameters())
    trainer = badak.Trainer(net, optimizer=badak.optim.Adam(1e-3))

    # The book adds 1e-7 inside the logarithm and beside the root of Adam: equal to 2 digits.
    losses = [(trainer.step(images, labels), book.step(images, labels)) for _ in range(5)]
    np.testing.assert_allclose(*zip(*losses, strict=True), rtol=1e-2)

    times: dict[str, list[float]] = {"badak": [], "book": []}
    for _ in range(steps):
        for name, step in (("badak", trainer.step), ("book", book.step)):
            start = time.perf_counter()
            step(images, labels)
            times[name].append(time.perf_counter() - start)
    ours, theirs = (1e3 * statistics.median(times[name]) for name in ("badak", "book"))
    print(f"SimpleConvNet training step, batch 100, edition {badak.ops.active()!r}, medians:")
    print(f"  badak float32        {ours:7.1f} ms")
    print(f"  the book, float64    {theirs:7.1f} ms")
    print(f"  ratio                {theirs / ours:7.2f}x")


def import_time() -> None:
    """Time `import badak` in fresh processes, the module files warm in the disk cache."""
    runs = [
        float(subprocess.check_output([sys.executable, "-c", IMPORT], text=True)) for _ in range(9)
    ]
    print(f"import badak            {statistics.median(runs):7.3f} s (median of {len(runs)})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=60)
    arguments = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    training_step(arguments.steps)
    import_time()
