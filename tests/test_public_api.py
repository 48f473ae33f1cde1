"""The names that users import, and what importing costs."""

import importlib
import inspect
import pkgutil
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


def test_import_loads_no_heavy_library():
    script = (
        "import sys, badak\n"
        "heavy = ['matplotlib', 'click', 'rich', 'PIL', 'pooch', 'safetensors']\n"
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


def modules():
    return [
        found.name
        for found in pkgutil.walk_packages(badak.__path__, "badak.")
        if found.name not in ("badak.__main__", "badak._core")
    ]


@pytest.mark.parametrize("name", modules())
def test_every_public_docstring_has_an_example_or_is_short(name):
    """A public function with arguments documents them; a class or function has its purpose line."""
    module = importlib.import_module(name)
    assert module.__doc__, name
    for attribute, thing in vars(module).items():
        own = getattr(thing, "__module__", None) == name
        if attribute.startswith("_") or not own or not inspect.isfunction(thing):
            continue
        assert thing.__doc__, f"{name}.{attribute}"
        arguments = inspect.signature(thing).parameters
        if len(arguments) > 2:
            assert "Args:" in thing.__doc__ or ">>>" in thing.__doc__, f"{name}.{attribute}"
