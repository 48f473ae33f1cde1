"""Calls that the ops must refuse: rows K, G, L and N of BAD_INPUTS.md and inputs of known CVEs.

Run as a script, it makes every call in one process and prints, as JSON, how each was refused. Run
it with a memory limit to see that none of them allocates.
"""

import json
import sys

import numpy as np

from attacks.op_numbers import F4, KERNELS, NUMBERS, UPDATES, Bad, ones, view
from badak import ops
from badak.errors import BadakError
from calls import calls

LABELS: dict[str, Bad] = {
    "L1 label K": ("cross_entropy", {"labels": [0, 5, 1]}, r"labels.*0\.\.4.*label 1 is 5"),
    "L2 label -1": ("cross_entropy", {"labels": [0, 1, -1]}, r"labels.*0\.\.4.*label 2 is -1"),
    "L2 back": ("cross_entropy_backward", {"labels": [-1, 1, 1]}, r"labels.*0\.\.4.*label 0 is -1"),
    "L3 label 1.5": ("cross_entropy", {"labels": [0.0, 1.5, 1.0]}, "labels.*got float64"),
    "L3 label NaN": ("cross_entropy", {"labels": [0.0, np.nan, 1]}, "labels.*got float64"),
    "L3 ignoring": (
        "cross_entropy",
        {"labels": [0.0, 1.0, 1.0], "ignore_index": 1},
        "labels.*got float64",
    ),
    "L4 rows": (
        "cross_entropy",
        {"labels": [[1, 0, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0]]},
        r"labels.*sum to 1.*row 1 is \[0 1 0 1 0\]",
    ),
    "L4 negative rows": (
        "cross_entropy",
        {"labels": [[2.0, -1, 0, 0, 0]] * 3},
        r"labels.*sum to 1.*row 0 is \[ 2",
    ),
    "L4 NaN rows": (
        "cross_entropy",
        {"labels": np.full((3, 5), np.nan)},
        r"labels.*sum to 1.*row 0 is \[nan",
    ),
    "L4 rows, ignoring": (
        "cross_entropy",
        {"labels": np.eye(5)[:3], "ignore_index": 1},
        "ignore_index.* rows",
    ),
    "L5 too few": ("cross_entropy", {"labels": [0, 1]}, r"labels.*got \(2,\)"),
    "L5 rows too wide": ("cross_entropy", {"labels": np.eye(6)[:3]}, r"labels.*got \(3, 6\)"),
    "L7 words": ("cross_entropy", {"labels": ["a", "b", "c"]}, "labels.*got dtype <U1"),
    "ignore 1.0": ("cross_entropy", {"ignore_index": 1.0}, r"ignore_index.*got 1\.0"),
    "smoothing 2": ("cross_entropy", {"label_smoothing": 2}, r"label_smoothing.*got 2\.0"),
    "weight < 0": ("cross_entropy", {"sample_weight": [1, -1, 1]}, "sample_weight.*negative"),
    "weight NaN": ("cross_entropy", {"sample_weight": [1, np.nan, 1]}, "sample_weight.*finite"),
    "weight sum": ("cross_entropy", {"sample_weight": [1e308] * 3}, "sample_weight.* sum"),
    "L4 rows of 1e300": (
        "cross_entropy",
        {"labels": np.full((3, 5), 1e300)},
        r"labels.*sum to 1.*row 0 is \[1",
    ),
    "L4 infinite rows": (
        "cross_entropy",
        {"labels": [[np.inf, -np.inf, 0, 0, 0]] * 3},
        r"labels.*sum to 1.*row 0 is \[ inf -inf",
    ),
    "weight length": ("cross_entropy", {"sample_weight": [1, 1]}, r"sample_weight.*got \(2,\)"),
    "no classes": ("cross_entropy", {"logits": ones(3, 0)}, r"logits.*got \(3, 0\)"),
}

GRADIENTS: dict[str, Bad] = {
    "K35 index = size": (
        "max_pool2d_backward",
        {"indices": np.full((2, 4, 6, 3), 35)},
        "indices.*0..34.*got 35 ",
    ),
    "K35 index -1": (
        "max_pool2d_backward",
        {"indices": np.full((2, 4, 6, 3), -1)},
        "indices.*got -1 ",
    ),
    "K35 index 2**62": (
        "max_pool2d_backward",
        {"indices": np.full((2, 4, 6, 3), 2**62)},
        "indices.*got 4611686018427387904 ",
    ),
    "K35 int8": (
        "max_pool2d_backward",
        {"indices": np.zeros((2, 4, 6, 3), np.int8)},
        "indices.*got int8",
    ),
    "K35 shape": (
        "max_pool2d_backward",
        {"indices": np.zeros((2, 4, 6, 4), int)},
        r"indices.*got \(2, 4, 6, 4\)",
    ),
    "no image, huge map": (
        "max_pool2d_backward",
        {"grad_y": ones(0, 4, 1, 1), "indices": np.zeros((0, 4, 1, 1), int)}
        | {"input_shape": (0, 4, 2**31 - 1, 2**31 - 1)},
        "gradient.* GiB",
    ),
    "no image, huge mean": (
        "global_avg_pool2d_backward",
        {"grad_y": ones(0, 4, 1, 1), "input_shape": (0, 4, 2**31 - 1, 2**31 - 1)},
        "gradient.* GiB",
    ),
    "mask int": (
        "dropout_backward",
        {"mask": np.ones((2, 4, 5, 7), int)},
        "mask.*got int64",
    ),
    "mask shape": ("dropout_backward", {"mask": ones(3, dtype=bool)}, r"mask.*got \(3,\)"),
    "input_shape 3": (
        "avg_pool2d_backward",
        {"input_shape": (4, 5, 7)},
        r"input_shape.*got \(4, 5, 7\)",
    ),
    "input_shape -1": (
        "max_pool2d_backward",
        {"input_shape": (2, 4, -5, 7)},
        "input_shape.*got -5",
    ),
    "input_shape 2.0": ("col2im", {"input_shape": (2, 4, 5.0, 7)}, r"input_shape.*got 5\.0"),
    "input_shape None": ("col2im", {"input_shape": None}, "input_shape.*got None"),
    "col2im columns": ("col2im", {"columns": ones(2, 24, 9)}, r"columns.*got \(2, 24, 9\)"),
}

# Known crashes of TensorFlow and PyTorch, as calls of badak's ops.
EMPTY = ones(0, 0, 0, 0)
CVES: dict[str, Bad] = {
    "CVE-2021-29526": ("conv2d", {"x": EMPTY, "weight": EMPTY}, r"\bx\b.*got \(0, 0, 0, 0\)"),
    "CVE-2021-29538": (
        "conv2d_backward",
        {"x": EMPTY, "weight": EMPTY, "grad_y": EMPTY},
        r"\bx\b.*got \(0, 0, 0, 0\)",
    ),
    "CVE-2021-41209": ("conv2d", {"weight": ones(6, 2, 0, 3)}, r"weight.*got \(6, 2, 0, 3\)"),
    "CVE-2021-29602": ("conv2d", {"weight": ones(6, 2, 3, 0)}, r"weight.*got \(6, 2, 3, 0\)"),
    "CVE-2023-27579": ("conv2d", {"weight": ones(6, 0, 3, 3)}, r"weight.*got \(6, 0, 3, 3\)"),
    "CVE-2021-29579": (
        "max_pool2d_backward",
        {"grad_y": ones(1, 1, 1, 1), "indices": np.full((1, 1, 1, 1), 10**6)}
        | {"input_shape": (1, 1, 2, 2)},
        "indices.*0..3,.*got 1000000 ",
    ),
    "CVE-2021-37674": (
        "max_pool2d",
        {"x": ones(1, 1, 0, 0), "kernel_size": 16, "stride": (16, 18)}
        | {"padding": ((14, 3), (15, 5))},
        r"\bx\b.*got \(1, 1, 0, 0\)",
    ),
    "CVE-2021-37674, not empty": (
        "max_pool2d",
        {"x": ones(1, 1, 1, 1), "kernel_size": 16, "stride": (16, 18)}
        | {"padding": ((14, 3), (15, 5))},
        r"padding.*got \(\(14, 3\), \(15, 5\)\)",
    ),
    "CVE-2021-29573": (
        "max_pool2d_backward",
        {"grad_y": ones(0, 1, 1, 1), "indices": np.zeros((0, 1, 1, 1), int)},
        r"grad_y.*got \(0, 1, 1, 1\)",
    ),
    "CVE-2021-29580": (
        "max_pool2d_backward",
        {"grad_y": ones(4, 6, 4)},
        r"grad_y.*got shape \(4, 6, 4\)",
    ),
    "CVE-2021-29577": ("avg_pool2d_backward", {"grad_y": EMPTY}, r"grad_y.*got \(0, 0, 0, 0\)"),
    "CVE-2022-35941": (
        "avg_pool2d_backward",
        {"input_shape": (-1, 4, 5, 7)},
        "input_shape.*got -1",
    ),
    "CVE-2023-25664": (
        "avg_pool2d_backward",
        {"kernel_size": (40, 128), "stride": (128, 30), "padding": 0},
        "40x128 .*5x7 ",
    ),
    "CVE-2023-25669": ("avg_pool2d_backward", {"stride": 0}, "stride.*got 0"),
    "CVE-2023-25669 kernel": (
        "avg_pool2d_backward",
        {"kernel_size": 0},
        "kernel_size.*got 0",
    ),
    "CVE-2021-29583": ("batch_norm2d", {"weight": ones(400)}, r"weight.*got \(400,\)"),
    "CVE-2021-29583 empty": ("batch_norm2d", {"x": EMPTY}, r"\bx\b.*got \(0, 0, 0, 0\)"),
    "CVE-2025-2953": ("im2col", {"stride": 0}, "stride.*got 0"),
}


STRUCTURED = np.zeros((2, 4, 5, 7), [("a", F4)])
DTYPES: dict[str, Bad] = {
    "N5 float16": ("conv2d", {"x": ones(2, 4, 5, 7, dtype=np.float16)}, r"\bx\b.*got float16"),
    "N5 longdouble": ("relu", {"x": ones(3, dtype=np.longdouble)}, r"\bx\b.*got float128"),
    "N5 complex": ("sigmoid", {"x": ones(3, dtype=complex)}, r"\bx\b.*got dtype complex128"),
    "N5 object": ("linear", {"x": ones(3, 5, dtype=object)}, r"\bx\b.*got dtype object"),
    "N5 strings": ("softmax", {"x": np.array([["a", "b"]])}, r"\bx\b.*got dtype <U1"),
    "N5 structured": ("max_pool2d", {"x": STRUCTURED}, r"\bx\b.*got dtype \[\('a', '<f4'\)\]"),
    "N5 bool": ("relu", {"x": ones(3, dtype=bool)}, r"\bx\b.*got bool"),
    "N5 datetime": ("relu", {"x": np.zeros(3, "M8[s]")}, r"\bx\b.*got dtype datetime64\[s\]"),
    "N6 uint8": (
        "conv2d",
        {"x": ones(2, 4, 5, 7, dtype=np.uint8)},
        r"\bx\b.*got uint8",
    ),
    "N7 int": ("avg_pool2d", {"x": ones(2, 4, 5, 7, dtype=int)}, r"\bx\b.*got int64"),
    "N7 int weight": ("conv2d", {"weight": ones(6, 2, 3, 3, dtype=int)}, "weight.*got int64"),
    "N10 masked": (
        "relu",
        {"x": np.ma.masked_array([1.0, 2.0], [True, False])},
        r"\bx\b.* masked .*x\.filled\(0\)",
    ),
    "N10 ragged": ("relu", {"x": [[1.0], [1.0, 2.0]]}, r"\bx\b.* array"),
    "N10 None": ("relu", {"x": None}, r"\bx\b.*got dtype object"),
    "N10 word": ("relu", {"x": "abc"}, r"\bx\b.*got dtype <U3"),
    "mixed dtypes": (
        "linear",
        {"weight": ones(4, 5, dtype=np.float64)},
        "weight.*got float64",
    ),
}

TABLES = {**KERNELS, **NUMBERS, **LABELS, **GRADIENTS, **UPDATES, **CVES, **DTYPES}

# Refused only if memory is short: 2 GiB in the test.
WIDE = 2**15
LARGE: dict[str, Bad] = {
    "N14 2**31 elements": ("relu", {"x": view(2**31)}, "x .*8.0 GiB"),
    "N14 2**31 logits": ("softmax", {"x": view(2**16, 2**15)}, "x .*8.0 GiB"),
    "N14 image": ("conv2d", {"x": view(1, 4, WIDE, WIDE)}, "x .*16.0 GiB"),
    "N14 big-endian": (
        "relu",
        {"x": np.broadcast_to(np.array(1, ">f4"), 2**31)},
        "x .*8.0 GiB",
    ),
    "K24 padded": ("conv2d", {"padding": 2**13}, "padded input.* GiB"),
    "K24 padded back": (
        "conv2d_backward",
        {"padding": 2**13},
        "padded input.* GiB",
    ),
    "K24 columns": ("im2col", {"padding": 2**13}, "padded input.* GiB"),
    "K24 col2im": ("col2im", {"padding": 2**13}, "padded input.* GiB"),
    "K24 pool": (
        "avg_pool2d",
        {"kernel_size": 2**15, "padding": 2**14, "stride": 1},
        "padded input.* GiB",
    ),
    "K24 gradient": (
        "max_pool2d_backward",
        {"input_shape": (2, 4, 2**15, 2**15)},
        "gradient .*32.0 GiB",
    ),
    "K24 pool, no image": (
        "max_pool2d",
        {"x": ones(0, 4, 5, 7), "kernel_size": 2**15, "padding": 2**14, "stride": 1},
        "padded input.* GiB",
    ),
    "K24 pool cells": (
        "max_pool2d",
        {"x": ones(1, 1, 3000, 3000), "kernel_size": 3000, "stride": 1, "padding": 0},
        "cells .*2.1 GiB",
    ),
    "K24 global": (
        "global_avg_pool2d_backward",
        {"input_shape": (2, 4, 2**15, 2**15)},
        "gradient .*32.0 GiB",
    ),
    "K24 linear": (
        "linear",
        {"x": ones(2**16, 1), "weight": ones(2**16, 1), "bias": None},
        "result .*16.0 GiB",
    ),
}


def attempt(bad: Bad) -> tuple[str, str]:
    """Make the call; return the class and message of what it raised."""
    name, changes, _ = bad
    arrays, options = calls()[name]
    try:
        getattr(ops, name)(**{**arrays, **options, **changes})
    except BadakError as fault:
        return type(fault).__name__, str(fault)
    except BaseException as fault:  # everything else is a finding
        return f"not BadakError but {type(fault).__name__}", str(fault)
    return "nothing", "the call was accepted"


if __name__ == "__main__":
    json.dump({label: attempt(bad) for label, bad in {**TABLES, **LARGE}.items()}, sys.stdout)
