"""The names that users import, and what importing costs."""

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys

import pytest

import badak


def test_every_public_name_is_there():
    for name in badak.__all__:
        assert getattr(badak, name) is not None
    assert set(dir(badak)) == set(badak.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Netwrok'"):
        _ = badak.Netwrok


def test_the_scikit_learn_face_is_an_attribute_too():
    assert badak.sklearn.ConvNetClassifier().epochs == 20


def test_import_loads_no_heavy_library():
    script = (
        "import sys, badak\n"
        "heavy = ['matplotlib', 'click', 'rich', 'PIL', 'pooch', 'safetensors', 'sklearn']\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_training_needs_no_drawing_library():
    script = (
        "import sys, badak\n"
        "from badak import Trainer, data, models\n"
        "train, test = data.load('digits')\n"
        "trainer = Trainer(models.SimpleConvNet(), epochs=1, progress=False)\n"
        "trainer.fit(train[:100], validation=test[:10])\n"
        "print([name for name in ('matplotlib', 'click') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"


PACKAGES = (
    "book", "data", "inspect", "layers", "lessons", "lessons.bugs", "models", "onnx", "ops",
    "optim", "pretrained", "training",
)  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_says_what_it_is_for(package):
    """Classes and functions have a docstring; a function's shows an example, which doctest runs."""
    module = importlib.import_module(f"badak.{package}")
    assert module.__all__ == sorted(module.__all__, key=_as_ruff_sorts)
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            assert thing.__doc__, f"{package}.{name}"
        if inspect.isfunction(thing) and name not in NO_EXAMPLE:
            assert ">>>" in thing.__doc__, f"{package}.{name}"


# Starts two processes; needs MNIST; opens a window. Other tests run these.
NO_EXAMPLE = ("verify_resume", "load_mnist", "filter_show")


def _as_ruff_sorts(name: str) -> tuple[int, list[str]]:
    """Constants, classes, functions; numbers inside names by their value."""
    parts = [part.zfill(9) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, parts)


def test_every_module_says_what_it_holds():
    for found in pkgutil.walk_packages(badak.__path__, "badak."):
        if found.name not in ("badak.__main__", "badak._core"):
            assert importlib.import_module(found.name).__doc__, found.name
