"""Bad inputs (rows K, G, L and N) are refused with the right words; nothing else happens."""

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given

from attacks import op_arguments
from attacks.op_arguments import LARGE, TABLES
from badak import ops
from badak.errors import ArgumentTypeError, BadakError
from calls import calls
from strategies import (
    WRONG_DILATIONS,
    WRONG_KERNELS,
    WRONG_POOLS,
    WRONG_WEIGHTS,
    WRONG_WINDOWS,
    conv_cases,
    im2col_cases,
    pool_cases,
    wrong_cases,
)

GIB = 2**30


def copies(arrays):
    return {name: np.array(a) for name, a in arrays.items() if isinstance(a, np.ndarray)}


def unchanged(arrays, before):
    for name, array in before.items():
        np.testing.assert_array_equal(np.asarray(arrays[name]), array)


def bits(result):
    parts = result if isinstance(result, tuple) else (result,)
    return [np.asarray(part).tobytes() for part in parts]


@pytest.mark.parametrize("label", TABLES)
def test_is_refused_with_these_words_and_nothing_else_happens(label):
    name, changes, words = TABLES[label]
    arrays, options = calls()[name]
    op, arguments = getattr(ops, name), {**arrays, **options, **changes}
    good = bits(op(**arrays, **options))
    before = copies(arguments)
    with pytest.raises(BadakError, match=words):
        op(**arguments)
    unchanged(arguments, before)
    assert bits(op(**arrays, **options)) == good


@pytest.mark.little_memory
def test_a_fresh_process_of_2_gib_refuses_them_all():
    """No signal, no MemoryError, no hang; the same words as in this process."""
    tests = Path(op_arguments.__file__).parents[1]
    source = Path(ops.__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, op_arguments.__file__],
        env={
            **os.environ,
            "PYTHONPATH": f"{tests}{os.pathsep}{source}",
            "OPENBLAS_NUM_THREADS": "2",  # each thread reserves memory
        },
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 * GIB, 2 * GIB)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    for label, (kind, message) in json.loads(ran.stdout).items():
        assert kind in ("BadakError", "ArgumentTypeError"), f"{label}: {kind}: {message}"
        assert re.search({**TABLES, **LARGE}[label][2], message), label


BACKWARDS = sorted(name for name in calls() if name.endswith(("_backward", "_update", "col2im")))
SAVED = [(name, array) for name in BACKWARDS for array in calls()[name][0]]
# More classes, or a wider kernel with as many places, are valid too.
FREE = {("cross_entropy_backward", "log_probabilities", 1), ("conv2d_backward", "weight", 3)}
AXES = [
    (name, array, axis)
    for name, array in SAVED
    for axis in range(calls()[name][0][array].ndim)
    if (name, array, axis) not in FREE
]


@pytest.mark.parametrize(("name", "argument", "axis"), AXES)
def test_backward_refuses_every_array_of_another_shape(name, argument, axis):
    arrays, options = calls()[name]
    array = arrays[argument]
    longer = np.concatenate([array, np.take(array, [0], axis)], axis)
    with pytest.raises(BadakError, match=r"shape|takes|groups|does not fit"):
        getattr(ops, name)(**{**arrays, argument: longer}, **options)


@pytest.mark.parametrize(("name", "argument"), SAVED)
def test_backward_refuses_every_array_of_another_dtype(name, argument):
    arrays, options = calls()[name]
    floats = sum(array.dtype == np.float32 for array in arrays.values())
    other = np.float64 if floats > 1 else np.int32  # a single float array may have either dtype
    with pytest.raises(ArgumentTypeError, match=r"(float32|float64|bool|int64).*got "):
        getattr(ops, name)(**{**arrays, argument: arrays[argument].astype(other)}, **options)


@pytest.mark.parametrize("name", sorted(calls()))
@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex64, object])
def test_every_op_refuses_other_dtypes(name, dtype):
    arrays, options = calls()[name]
    first = next(iter(arrays))
    with pytest.raises(ArgumentTypeError, match=rf"\b{first}\b"):
        getattr(ops, name)(**{**arrays, first: arrays[first].astype(dtype)}, **options)


@given(wrong_cases(conv_cases(), WRONG_WINDOWS, WRONG_DILATIONS, WRONG_WEIGHTS))
def test_conv2d_refuses_one_thing_wrong(wrong):
    refuses(ops.conv2d, *wrong)


@given(wrong_cases(im2col_cases(), WRONG_WINDOWS, WRONG_DILATIONS, WRONG_KERNELS))
def test_im2col_refuses_one_thing_wrong(wrong):
    refuses(ops.im2col, *wrong)


@given(wrong_cases(pool_cases(), WRONG_WINDOWS, WRONG_DILATIONS, WRONG_KERNELS, WRONG_POOLS))
def test_max_pool2d_refuses_one_thing_wrong(wrong):
    refuses(ops.max_pool2d, *wrong)


@given(wrong_cases(pool_cases(average=True), WRONG_WINDOWS, WRONG_KERNELS, WRONG_POOLS))
def test_avg_pool2d_refuses_one_thing_wrong(wrong):
    refuses(ops.avg_pool2d, *wrong)


def refuses(op, case, words):
    before = copies(case.arrays)
    with pytest.raises(BadakError, match=words):
        op(**case.arrays, **case.options)
    unchanged(case.arrays, before)


@pytest.mark.parametrize("generator", [None, 7, np.random, np.random.RandomState(0)])
def test_dropout_needs_a_generator(generator):
    with pytest.raises(ArgumentTypeError, match=r"generator.* numpy\.random\.Generator"):
        ops.dropout(np.ones(3), 0.5, generator)


def test_dropout_refuses_p_before_it_draws():
    generator = np.random.default_rng(0)
    state = generator.bit_generator.state
    for p in (1.5, -0.1, float("nan"), "0.5", True, None):
        with pytest.raises(BadakError, match=r"\bp must be .*got"):
            ops.dropout(np.ones(3), p, generator)
    assert generator.bit_generator.state == state


@pytest.mark.parametrize("name", sorted(set(calls()) - {"batch_norm2d", "batch_norm2d_backward"}))
def test_a_batch_of_none_is_legal(name):
    arrays, options = calls()[name]
    axis_of = {"weight", "bias", "centres", "running_mean", "running_var"}
    empty = {key: a if key in axis_of else a[:0] for key, a in arrays.items()}
    options = dict(options)
    if "labels" in options:
        options |= {"labels": [], "sample_weight": []}
    if "input_shape" in options:
        options["input_shape"] = (0, *options["input_shape"][1:])
    result = getattr(ops, name)(**empty, **options)
    for part in result if isinstance(result, tuple) else (result,):
        assert np.isfinite(part).all()


def test_batch_norm_of_no_images_is_legal_in_prediction():
    arrays, _ = calls()["batch_norm2d"]
    result = ops.batch_norm2d(**{**arrays, "x": arrays["x"][:0]}, training=False)
    assert result.y.shape == (0, 4, 5, 7)
    np.testing.assert_array_equal(result.running_var, arrays["running_var"])


@pytest.mark.parametrize("name", sorted(calls()))
def test_a_broadcast_view_gives_the_bits_of_its_copy(name):
    arrays, options = calls()[name]
    views = {key: np.broadcast_to(array[:1], array.shape) for key, array in arrays.items()}
    copies_of_views = {key: view.copy() for key, view in views.items()}
    op = getattr(ops, name)
    assert bits(op(**views, **options)) == bits(op(**copies_of_views, **options))


def test_a_torch_tensor_enters_and_one_with_a_gradient_is_refused():
    assert ops.relu(torch.tensor([-1.0, 2.0])).tolist() == [0, 2]
    with pytest.raises(ArgumentTypeError, match=r"\bx\b.* gradients.*x\.detach\(\)"):
        ops.relu(torch.ones(3, requires_grad=True))
    with pytest.raises(ArgumentTypeError, match=r"x \(torch\.bfloat16\).* array"):
        ops.relu(torch.ones(3, dtype=torch.bfloat16))


def test_a_read_only_memmap_is_read_and_not_written(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.arange(-3, 4, dtype=np.float32))
    content = path.read_bytes()
    assert ops.relu(np.load(path, mmap_mode="r")).tolist() == [0, 0, 0, 0, 1, 2, 3]
    assert path.read_bytes() == content


def test_nan_in_an_image_stays_visible_in_the_output():
    arrays, options = calls()["conv2d"]
    x = arrays["x"].copy()
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(ops.conv2d(**{**arrays, "x": x}, **options)[0]).any()
    assert np.isnan(ops.avg_pool2d(x, 2)[0, 0, 0, 0])
    assert np.isnan(ops.linear(np.full((1, 5), np.nan), np.ones((4, 5)))).all()
