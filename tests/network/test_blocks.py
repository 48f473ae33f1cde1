"""Residual blocks in networks and in files: names, copies, limits, faults."""

import copy

import numpy as np
import pytest

import badak
from badak import BadakError, FormatError, Network, storage
from badak.errors import ArgumentTypeError
from badak.layers import BatchNorm2d, Concat, Conv2d, Dropout, Flatten, Linear, ReLU, Residual
from layer_examples import EXAMPLES


@pytest.fixture
def batch():
    generator = np.random.default_rng(0)
    return generator.random((5, 2, 6, 8), dtype=np.float32), np.array([0, 1, 2, 0, 1])


def write(path, layers):
    """Write a file with a correct checksum: these entries as layers, and no arrays."""
    architecture = Network([ReLU()], (2, 6, 8)).architecture() | {"layers": layers}
    metadata = {"format": "badak network", "version": 1, "architecture": architecture}
    storage.save(path, {}, metadata)


def block(*layers, **around):
    """The entry of a block in a file, with the entries of its layers."""
    arguments = {"layers": list(layers), "shortcut": [], **around}
    return {"name": "block1", "type": "Residual", "arguments": arguments}


def concat(branches):
    """The entry of a Concat."""
    return {"name": "block1", "type": "Concat", "arguments": {"branches": branches}}


def graph(*layers, **reads):
    """Likewise, of layers that read any others."""
    arguments = {"layers": list(layers), "reads": reads}
    return {"name": "block1", "type": "Graph", "arguments": arguments}


def join(name, count=2):
    """The entry of a Concat of empty branches."""
    return {"name": name, "type": "Concat", "arguments": {"branches": [[]] * count}}


def within(depth, entry):
    for _ in range(depth):
        entry = block(entry)
    return entry


RELU_ENTRY = {"name": "relu1", "type": "ReLU", "arguments": {}}
FORGED_BLOCKS = {
    "unknown layer": (
        block({**RELU_ENTRY, "type": "os.system"}),
        "'relu1'.*'os.system'.*Conv2d",
    ),
    "unknown argument": (block({**RELU_ENTRY, "arguments": {"x": 1}}), "ReLU 'relu1'"),
    "no list": (block(layers={"a": 1}), "Residual 'block1': layers.*got {'a': 1}"),
    "path no list": (block(RELU_ENTRY, shortcut=3), "Residual 'block1': shortcut.*got 3"),
    "another path": (block(RELU_ENTRY, more=[]), "Residual 'block1'.*exactly"),
    "no arguments": ({**block(), "arguments": None}, "Residual 'block1'.*exactly"),
    "a name twice": (block(RELU_ENTRY, RELU_ENTRY), "names.*got 'relu1'"),
    "a dot": (block({**RELU_ENTRY, "name": "a.b"}), "dots.*got 'a.b'"),
    "no branches": (concat(3), "Concat 'block1': branches.*got 3"),
    "a branch no list": (concat([[], 3]), "Concat 'block1': branches.*got 3"),
    "one branch": (concat([[RELU_ENTRY]]), "2 lists.*got 1"),
    "unknown layer in a branch": (
        concat([[], [{**RELU_ENTRY, "type": "os.system"}]]),
        "'relu1'.*'os.system'.*Conv2d",
    ),
    "10,001 empty branches": (concat([[]] * 10_001), "10,000 layers"),
    "branches that do not fit": (
        concat([[], [{"name": "a", "type": "Flatten", "arguments": {}}]]),
        r"branches.*\(2, 6, 8\), \(96,\)",
    ),
    "9 deep": (within(9, RELU_ENTRY), "8 deep"),
    "200 deep": (within(200, RELU_ENTRY), "8 deep"),
    "10,001 layers": (
        block(*({**RELU_ENTRY, "name": f"r{i}"} for i in range(10_000))),
        "10,000 layers",
    ),
    "wide and deep": (
        within(7, block(*({**RELU_ENTRY, "name": f"r{i}"} for i in range(9_999)))),
        "10,000 layers",
    ),
    "a graph of nothing": (
        graph(),
        "Graph 'block1': layers must hold at least one layer; got none",
    ),
    "a circle": (
        graph(RELU_ENTRY, join("a"), relu1=["a"], a=["relu1", "input"]),
        "'relu1' reads 'a', which is no layer before it",
    ),
    "an unknown value": (graph(RELU_ENTRY, relu1=["b"]), "'relu1' reads 'b', which is no layer"),
    "reads that are no mapping": (
        {**graph(), "arguments": {"layers": [RELU_ENTRY], "reads": [1]}},
        r"Graph 'block1': reads must be a mapping; got \(1,\)",
    ),
    "reads of what is no layer": (graph(RELU_ENTRY, b=["input"]), "reads names 'b', which is no"),
    "reads that are no names": (graph(RELU_ENTRY, relu1=[["a"]]), r"'relu1' reads \['a'\], which"),
    "a million reads": (graph(join("a"), a=["input"] * 10**6), "'a' reads 1000000 values"),
    "10,001 nodes": (
        graph(*({**RELU_ENTRY, "name": f"r{i}"} for i in range(10_000))),
        "more than 10,000 layers",
    ),
    "graphs 9 deep": (within(8, graph(RELU_ENTRY)), "nests blocks more than 8 deep"),
    "sums that do not fit": (
        block({"name": "a", "type": "Flatten", "arguments": {}}),
        r"layers.*\(96,\).*shortcut.*\(2, 6, 8\)",
    ),
}


@pytest.mark.parametrize("case", FORGED_BLOCKS)
def test_a_block_with_wrong_content_is_refused(tmp_path, case):
    entry, words = FORGED_BLOCKS[case]
    path = tmp_path / "net.safetensors"
    write(path, [entry])
    with pytest.raises(FormatError, match=rf"(?s)net\.safetensors.*{words}"):
        badak.load(path)


def test_as_deep_and_as_many_as_may_be_come_back(tmp_path):
    layers = [within(8, RELU_ENTRY), *({**RELU_ENTRY, "name": f"r{i}"} for i in range(5_000))]
    write(tmp_path / "net.safetensors", layers)
    assert badak.load(tmp_path / "net.safetensors").output_shape == (2, 6, 8)


def test_more_layers_than_a_file_may_hold_are_refused_at_once():
    with pytest.raises(BadakError, match=r"10,000 layers.*got 10,001"):
        Network([Residual([ReLU()] * 5_001), *[ReLU()] * 5_000], (1, 2, 2))


def test_branches_in_branches_come_back_from_a_file(tmp_path):
    inner = Concat([[Conv2d(3, 1), ReLU()], []])
    outer = Concat([[], {"deep": Residual([inner], [Conv2d(5, 1)])}])
    net = Network([outer, Flatten(), Linear(3)], (2, 6, 8), seed=3)
    net.save(tmp_path / "net.safetensors")
    again = badak.load(tmp_path / "net.safetensors")
    assert again.layers == net.layers
    assert "block1.branch2.deep.block1.branch1.conv1.weight" in again.parameters()
    x = np.random.default_rng(0).random((3, 2, 6, 8), np.float32)
    np.testing.assert_array_equal(again(x), net(x))


def test_a_graph_comes_back_from_a_file(tmp_path):
    net = EXAMPLES["Graph"].network(after=[Flatten(), Linear(3)], seed=3)
    net.save(tmp_path / "net.safetensors")
    again = badak.load(tmp_path / "net.safetensors")
    assert again.layers == net.layers
    assert repr(again) == repr(net)
    assert "block1.inner.conv1.weight" in again.parameters()
    x = np.random.default_rng(0).random((3, *net.input_shape), np.float32)
    np.testing.assert_array_equal(again(x), net(x))


def test_a_graph_of_as_many_nodes_as_may_be_comes_back_at_once(tmp_path):
    """Each is read by all that follow, which must not make the check slow."""
    entries = [RELU_ENTRY, *(join(f"j{i}") for i in range(3_300))]
    reads = {f"j{i}": ["relu1", f"j{i - 1}" if i else "input"] for i in range(3_300)}
    write(tmp_path / "net.safetensors", [graph(*entries, **reads)])
    assert badak.load(tmp_path / "net.safetensors").output_shape == (2 * 3_301, 6, 8)


def blocks(dtype=np.float32):
    inner = Residual([Conv2d(4, 3, padding=1), BatchNorm2d(), ReLU(), Dropout(0.3)])
    outer = Residual([inner, Conv2d(4, 1, 2)], {"way": Conv2d(4, 1, 2, bias=False)})
    return Network([Conv2d(4, 3), outer, ReLU(), Flatten(), Linear(3)], (2, 6, 8), dtype=dtype)


def test_blocks_are_saved_and_copied(batch, tmp_path):
    net = blocks()
    assert "block1.shortcut.way.weight" in net.parameters()
    assert "block1.block1.norm1.running_mean" in net.buffers()
    assert list(net.generators()) == ["block1.block1.dropout1"]
    net.forward(batch[0], training=True)
    net.save(tmp_path / "net.safetensors")
    back = badak.load(tmp_path / "net.safetensors")
    assert repr(back) == repr(net)
    np.testing.assert_array_equal(net(batch[0]), back(batch[0]))
    np.testing.assert_allclose(
        net.astype(np.float64)(batch[0]), net(batch[0]), rtol=1e-4, atol=1e-5
    )


def test_a_fault_in_training_puts_blocks_back(batch):
    net = blocks()
    generator = net.generators()["block1.block1.dropout1"]
    before, state = copy.deepcopy(net.state()), generator.bit_generator.state
    net.layers["linear1"].parameters["weight"] = np.ones((3, 9), np.float32)  # a wrong shape
    net.fuse = False
    with pytest.raises(BadakError, match="Linear 'linear1'"):
        net.forward_backward(*batch)
    assert generator.bit_generator.state == state
    for name, array in net.buffers().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_block_at_the_start_needs_no_gradient_of_the_images(batch):
    net = Network([Residual([Conv2d(2, 1)]), Flatten(), Linear(3)], (2, 6, 8), dtype=np.float64)
    without = net.forward_backward(*batch)
    asked = net.forward_backward(*batch, need_grad_x=True)
    assert without.grad_x is None
    assert asked.grad_x.shape == batch[0].shape
    for name, gradient in without.gradients.items():
        np.testing.assert_array_equal(gradient, asked.gradients[name])


def test_a_fault_within_a_block_names_the_way_to_it(batch):
    net = blocks()
    net.layers["block1"].layers["conv1"].parameters["weight"] = np.ones((4, 9, 1, 1), np.float32)
    net.fuse = False
    with pytest.raises(BadakError, match=r"Residual 'block1': Conv2d 'conv1': "):
        net(batch[0])


def test_an_array_instead_of_layers_is_refused_by_name():
    with pytest.raises(ArgumentTypeError, match=r"layers must be a list or a mapping; got array"):
        Residual(np.ones(2))
