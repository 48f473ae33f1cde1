"""ONNX's own backend tests, as the installed wheel generates them, run on badak."""

import re
import unittest
import warnings

import onnx
import pytest

from badak.formats.onnx.graph_reader import KNOWN
from badak.formats.onnx.ops import OPERATORS
from badak.onnx import Backend

SINGLE = (
    "Add", "AveragePool", "BatchNormalization", "Concat", "Conv", "ConvTranspose", "Dropout",
    "Flatten", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "LRN", "LeakyRelu", "LogSoftmax",
    "MaxPool", "Relu", "Reshape", "Sigmoid", "Softmax", "Tanh",
)  # fmt: skip
# Files written by PyTorch, Keras and older tools need these too, and so do the light models.
OTHERS = (
    "Clip", "Constant", "ConstantOfShape", "Gather", "Identity", "MatMul", "Mul", "Pad", "Shape",
    "Slice", "Squeeze", "Sum", "Transpose", "Unsqueeze",
)  # fmt: skip
# What newer networks are made of.
NEWER = (
    "Elu", "Gelu", "GroupNormalization", "HardSigmoid", "HardSwish", "InstanceNormalization",
    "LayerNormalization", "Mish", "PRelu", "Resize", "Selu", "Softplus", "Swish",
)  # fmt: skip
# The arithmetic that exporters write shapes, activations and scales with.
ARITHMETIC = (
    "Abs", "And", "Cast", "Ceil", "DequantizeLinear", "Div", "Equal", "Erf", "Exp", "Expand",
    "Floor", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Log", "Max", "Mean", "Min",
    "Mod", "Neg", "Not", "Or", "Pow", "QuantizeLinear", "Range", "Reciprocal", "ReduceMax",
    "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Round", "Sign",
    "Size", "Split", "Sqrt", "Sub", "Tile", "Where", "Xor",
)  # fmt: skip
NO_TENSORS = ("test_identity_sequence", "test_identity_opt")
LOSSES = ("NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss")
# name -> the operators, and at least how many tests they have
GROUPS = {
    "single": (SINGLE, 150),
    "losses": (LOSSES, 52),
    "others": (OTHERS, 60),
    "newer": (NEWER, 82),
    "arithmetic": (ARITHMETIC, 300),
}
MODELS = ("bvlc_alexnet", "zfnet512", "vgg19", "squeezenet", "resnet50")  # issue 5 names these
MORE_MODELS = ("densenet121", "inception_v1", "inception_v2", "shufflenet")
LEGACY_STREAM = (
    "test_training_dropout", "test_training_dropout_mask",
    "test_training_dropout_default", "test_training_dropout_default_mask",
)  # fmt: skip


@pytest.fixture(scope="module")
def names():
    """Operator -> names of the tests that have only this node."""
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tests' own expected values overflow, on purpose
        cases = load_model_tests(kind="node")
    found: dict[str, list[str]] = {}
    for case in cases:
        if len(case.model.graph.node) == 1 and not case.model.graph.node[0].domain:
            found.setdefault(case.model.graph.node[0].op_type, []).append(case.name)
    return found


@pytest.fixture(scope="module")
def cases():
    """Name -> a test of ONNX's runner. The runner itself visits all tests, and skips the others."""
    from onnx.backend.test import BackendTest

    return {case.id().rpartition(".")[2]: case for case in BackendTest(Backend).test_suite}


@pytest.fixture
def run(cases, monkeypatch, tmp_path):
    """Run tests of these names as ONNX's runner does; return how many passed, and what failed."""
    monkeypatch.setenv("ONNX_HOME", str(tmp_path))  # the runner copies the models' outputs there

    def run(wanted):
        pattern, result = re.compile(f"({'|'.join(wanted)})_cpu"), unittest.TestResult()
        unittest.TestSuite(cases[name] for name in cases if pattern.fullmatch(name)).run(result)
        faults = [f"{case}: {text}" for case, text in result.errors + result.failures]
        return result.testsRun - len(result.skipped) - len(faults), faults

    return run


@pytest.mark.parametrize("group", GROUPS)
def test_every_test_of_an_operator_passes(group, names, run, capsys):
    operators, least = GROUPS[group]
    wanted = [n for operator in operators for n in names[operator] if n not in NO_TENSORS]
    passed, faults = run(wanted)
    assert not faults, "\n".join(faults)
    counts = ", ".join(f"{operator} {len(names[operator])}" for operator in operators)
    with capsys.disabled():
        print(f"\nonnx {onnx.__version__}: {passed} of {len(wanted)} tests pass: {counts}")
    assert passed == len(wanted) >= least


def test_dropout_draws_the_stream_that_four_tests_expect(names, run):
    assert set(LEGACY_STREAM) <= set(names["Dropout"])
    assert run(LEGACY_STREAM) == (4, [])


def test_the_light_models_give_their_expected_outputs(run, capsys):
    wanted = [f"test_{model}" for model in MODELS + MORE_MODELS]
    passed, faults = run(wanted)
    assert not faults, "\n".join(faults)
    with capsys.disabled():
        print(f"\nonnx {onnx.__version__}: {passed} of {len(wanted)} light models pass")
    assert passed == len(wanted) == 9


def test_operators_of_any_rank_that_pytorch_exported_pass(run, capsys):
    """Conv1d to Conv3d with strides, groups and dilations; the runner omits other operators."""
    passed, faults = run(
        ["test_[A-Z].*", "test_(log_)?softmax_(func|last|dim).*", "test_operator.*"]
    )
    assert not faults, "\n".join(faults)
    with capsys.disabled():
        print(f"\nonnx {onnx.__version__}: {passed} tests of nodes that PyTorch exported pass")
    assert passed >= 60


def test_the_backend_has_every_operator_that_is_read_and_all_are_tested():
    assert set(OPERATORS) >= KNOWN
    assert set(OPERATORS) == {op for operators, _ in GROUPS.values() for op in operators}


@pytest.mark.parametrize("operator", SINGLE + LOSSES + NEWER)
def test_an_operator_that_is_wrong_on_purpose_fails(operator, names, run, monkeypatch):
    right = OPERATORS[operator]

    def wrong(node, *inputs):
        made = right(node, *inputs)
        first, *others = made if isinstance(made, tuple) else (made,)
        first = first.copy()
        first.reshape(-1)[-1] += 1
        return (first, *others)

    monkeypatch.setitem(OPERATORS, operator, wrong)
    passed, faults = run(names[operator])
    assert passed == 0
    assert len(faults) == len(names[operator])
