"""load(name): the data sets badak knows, and where it looks for them."""

from pathlib import Path

from badak import checks
from badak.data.dataset import Dataset
from badak.data.digits import read_digits
from badak.data.idx import read_mnist_like


def load(name: str, data_dir: str | Path | None = None) -> tuple[Dataset, Dataset]:
    """Load a data set by name."""
    checks.choice(name, "dataset", ["digits", "mnist"])
    return read_digits() if name == "digits" else read_mnist_like(Path(data_dir or ".") / name)
