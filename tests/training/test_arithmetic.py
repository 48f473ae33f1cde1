"""A resume with other arithmetic is refused, naming both, or continues with a warning."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import badak
from badak import ops, storage
from badak.errors import BadakError, FormatError
from badak.ops import processor
from badak.training import RunDirectory, Trainer
from badak.training.arithmetic import arithmetic
from training.tasks import contents, corners, plain_net

needs_core = pytest.mark.skipif(processor.core() is None, reason="the native core is not built")


def fit(folder: Path, resume: bool = False, accept: bool = False, **options: Any) -> Trainer:
    net = plain_net(dtype=options.pop("dtype", np.float32))
    net.fuse = options.pop("fuse", True)
    trainer = Trainer(net, epochs=2, batch_size=11, progress=False, **options)
    trainer.fit(corners(), None, folder, resume, accept)
    return trainer


def refused(folder: Path, words: str) -> None:
    before = contents(folder)
    with pytest.raises(BadakError, match=words) as caught:
        fit(folder, resume=True)
    assert "accept_other_bits=True" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert contents(folder) == before


@needs_core
def test_another_edition_is_refused_and_accepted_with_a_word(tmp_path: Path) -> None:
    fit(tmp_path, max_steps=5)
    with ops.use("reference"):
        refused(tmp_path, "latest.safetensors: edition was native and is now reference: the bits")
        with pytest.warns(UserWarning, match=r"edition was native.*reference"):
            trainer = fit(tmp_path, resume=True, accept=True)
        assert len(trainer.history.steps) == 8
        fit(tmp_path, resume=True)  # the arithmetic that the checkpoint now names
    refused(tmp_path, "edition was reference and is now native")


@needs_core
def test_float64_is_the_references_under_both(tmp_path: Path) -> None:
    fit(tmp_path / "whole", dtype=np.float64)
    fit(tmp_path / "parts", dtype=np.float64, max_steps=5)
    with ops.use("reference"):
        fit(tmp_path / "parts", dtype=np.float64, resume=True)
    assert contents(tmp_path / "whole") == contents(tmp_path / "parts")


@needs_core
def test_layer_by_layer_is_other_arithmetic(tmp_path: Path) -> None:
    fit(tmp_path, max_steps=5, fuse=False)
    refused(tmp_path, "fusion was off and is now on")


@needs_core
def test_another_instruction_set_is_refused(tmp_path: Path) -> None:
    core = processor.core()
    active, *others = sorted(core.usable_sets(), key=lambda name: name != core.active_set())
    if not others:
        pytest.skip("this processor has one instruction set")
    fit(tmp_path, max_steps=5)
    processor.use_instruction_set(others[0])
    try:
        refused(tmp_path, f"instruction set was {active} and is now {others[0]}")
    finally:
        processor.use_instruction_set(active)
    fit(tmp_path, resume=True)


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit(tmp_path, max_steps=5)
    monkeypatch.setattr(badak, "__version__", "99.0")
    monkeypatch.setattr(np, "__version__", "98.0")
    refused(tmp_path, r"badak was \S+ and is now 99.0; NumPy was \S+ and is now 98.0: ")


def forge(folder: Path, change: Any) -> None:
    path = RunDirectory(folder).checkpoint
    arrays, metadata = storage.load(path)
    change(metadata)
    storage.save(path, arrays, metadata)


def test_a_checkpoint_without_the_record_resumes(tmp_path: Path) -> None:
    fit(tmp_path, max_steps=5)
    forge(tmp_path, lambda metadata: metadata.pop("arithmetic"))
    assert len(fit(tmp_path, resume=True).history.steps) == 8


@pytest.mark.parametrize("value", [None, 3, "native", ["native"], {"edition": 3}])
def test_a_record_of_another_kind_is_refused(tmp_path: Path, value: Any) -> None:
    fit(tmp_path, max_steps=5)
    forge(tmp_path, lambda metadata: metadata.update(arithmetic=value))
    with pytest.raises(FormatError, match=r"arithmetic.* strings"):
        fit(tmp_path, resume=True)


def test_the_reference_names_numpys_libraries() -> None:
    with ops.use("reference"):
        about = arithmetic(plain_net())
    assert about["edition"] == "reference"
    assert about["NumPy"] == np.__version__
    assert about["BLAS"]
