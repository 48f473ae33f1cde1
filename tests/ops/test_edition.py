"""Editions: one rule decides which one runs."""

import inspect
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from badak import ops
from badak.errors import BadakError
from badak.ops import edition, processor, reference

NOT_OPS = {"active", "use", "flatten", "flatten_backward"}
NOT_OPS |= {name for name in ops.__all__ if isinstance(getattr(ops, name), type)}
DEFAULT = "native" if "native" in edition.EDITIONS else "reference"


@pytest.fixture(autouse=True)
def _default():
    """The default edition runs before and after each test, whatever BADAK_OPS says."""
    with ops.use(DEFAULT):
        yield
        assert ops.active() == DEFAULT


def test_the_native_edition_runs_by_default_where_it_is_built():
    environment = {key: value for key, value in os.environ.items() if key != "BADAK_OPS"}
    assert printed("ops.active()", environment) == DEFAULT


def test_float64_always_runs_the_reference():
    assert edition.of(np.dtype(np.float64)) is reference
    assert edition.of(np.dtype(np.float32)) is edition.EDITIONS[DEFAULT]
    with ops.use("reference"):
        assert edition.of(np.dtype(np.float32)) is reference


def test_use_as_a_call_stays_and_as_a_context_comes_back(monkeypatch):
    monkeypatch.setitem(edition.EDITIONS, "other", reference)
    with ops.use("other"):
        assert ops.active() == "other"
        with ops.use("reference"):
            assert ops.active() == "reference"
        assert ops.active() == "other"
    assert ops.active() == DEFAULT
    ops.use("other")
    assert ops.active() == "other"
    ops.use(DEFAULT)


def test_use_comes_back_after_an_error_too(monkeypatch):
    monkeypatch.setitem(edition.EDITIONS, "other", reference)
    with pytest.raises(ZeroDivisionError), ops.use("other"):
        raise ZeroDivisionError
    assert ops.active() == DEFAULT


def test_an_unknown_edition_is_refused_and_the_known_are_listed():
    with pytest.raises(BadakError, match=r"edition.*'reference'.*got 'fast'"):
        ops.use("fast")
    assert ops.active() == DEFAULT


def printed(expression, environment):
    """The output of a new Python process, or the end of its error."""
    ran = subprocess.run(
        [sys.executable, "-c", f"from badak import ops; print({expression})"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return (ran.stdout or ran.stderr).strip()


@pytest.mark.parametrize("name", edition.EDITIONS)
def test_the_environment_chooses(name):
    assert printed("ops.active()", {**os.environ, "BADAK_OPS": name}) == name


def test_the_environment_may_not_choose_what_there_is_not():
    known = ", ".join(map(repr, edition.EDITIONS))
    words = printed("ops.active()", {**os.environ, "BADAK_OPS": "fast"})
    assert re.search(f"BADAK_OPS.*{known}.*got 'fast'$", words)


def test_both_editions_offer_the_same_ops_with_the_same_parameters():
    native = pytest.importorskip("badak.ops.native")
    assert names(native) == names(reference)
    for name in names(reference):
        assert parameters(getattr(native, name)) == parameters(getattr(reference, name)), name


def names(module):
    """The ops of an edition, without the names that its files import."""
    functions = {name: value for name, value in vars(module).items() if inspect.isfunction(value)}
    families = re.compile(r"badak\.ops\.(native|reference)\.(?!window)")
    return {name for name, value in functions.items() if families.match(value.__module__)}


def parameters(op):
    """Names, kinds and defaults of the parameters, in order."""
    return [(p.name, p.kind, p.default) for p in inspect.signature(op).parameters.values()]


def test_the_peak_is_the_native_cores(monkeypatch):
    if "native" in edition.EDITIONS:
        assert edition.fma_peak() > 1e8
    monkeypatch.setattr(processor, "core", lambda: None)
    assert edition.fma_peak() is None


def test_every_op_stands_in_the_reference_under_the_same_name():
    assert set(ops.__all__) - NOT_OPS <= names(reference)


def test_every_backward_has_its_forward():
    for name in ops.__all__:
        if name.endswith("_backward"):
            assert name.removesuffix("_backward") in ops.__all__


def test_every_public_op_is_documented_with_an_example():
    for name in filter(lambda name: inspect.isfunction(getattr(ops, name)), ops.__all__):
        assert ">>>" in inspect.getdoc(getattr(ops, name)), name
