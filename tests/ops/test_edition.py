"""Editions: one rule decides which one runs."""

import inspect
import os
import subprocess
import sys

import pytest

from badak import ops
from badak.errors import BadakError
from badak.ops import edition, processor, reference

NOT_OPS = {"BatchNorm", "active", "use", "flatten", "flatten_backward"}


def test_the_reference_runs_by_default():
    assert ops.active() == "reference"
    assert edition.current() is reference


def test_use_as_a_call_stays_and_as_a_context_comes_back(monkeypatch):
    monkeypatch.setitem(edition.EDITIONS, "other", reference)
    with ops.use("other"):
        assert ops.active() == "other"
        with ops.use("reference"):
            assert ops.active() == "reference"
        assert ops.active() == "other"
    assert ops.active() == "reference"
    ops.use("other")
    assert ops.active() == "other"
    ops.use("reference")


def test_use_comes_back_after_an_error_too(monkeypatch):
    monkeypatch.setitem(edition.EDITIONS, "other", reference)
    with pytest.raises(ZeroDivisionError), ops.use("other"):
        raise ZeroDivisionError
    assert ops.active() == "reference"


def test_an_unknown_edition_is_refused_and_the_known_are_listed():
    with pytest.raises(BadakError, match=r"edition must be one of 'reference'.*; got 'fast'"):
        ops.use("fast")
    assert ops.active() == "reference"


@pytest.mark.parametrize(
    ("word", "words"),
    [("reference", "reference\n"), ("fast", "BADAK_OPS must be one of 'reference'; got 'fast'")],
)
def test_the_environment_chooses(word, words):
    ran = subprocess.run(
        [sys.executable, "-c", "from badak import ops; print(ops.active())"],
        env={**os.environ, "BADAK_OPS": word},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert words in ran.stdout + ran.stderr


def test_the_peak_is_the_native_cores(monkeypatch):
    if "native" in edition.EDITIONS:
        assert edition.fma_peak() > 1e8
    monkeypatch.setattr(processor, "core", lambda: None)
    assert edition.fma_peak() is None


def test_every_op_stands_in_the_reference_under_the_same_name():
    assert set(ops.__all__) - NOT_OPS <= set(reference.__all__)
    for name in reference.__all__:
        assert inspect.isfunction(getattr(reference, name))


def test_every_backward_has_its_forward():
    for name in ops.__all__:
        if name.endswith("_backward"):
            assert name.removesuffix("_backward") in ops.__all__


def test_every_public_op_is_documented_with_an_example():
    for name in set(ops.__all__) - {"BatchNorm", "use", "active"}:
        assert ">>>" in inspect.getdoc(getattr(ops, name)), name
