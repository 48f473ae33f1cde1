"""Files that torch.save itself wrote: read without PyTorch, equal to what torch.load gives."""

import io
import struct
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from badak import Network, load_state_dict
from badak.errors import FormatError
from badak.formats.weights.kinds import opened_weights
from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear
from formats.weights.torch_written import WEIGHT, members, streamed, zipped

FORMS = {"zip": True, "stream": False}


def save(value, path, form="zip", protocol=2):
    torch.save(value, path, _use_new_zipfile_serialization=FORMS[form], pickle_protocol=protocol)


def read(path):
    """Every array of the file, by name."""
    with opened_weights(path) as source:
        return {
            f"{group.name}.{key}" if group.name else key: array.read()
            for group in source.groups
            for key, array in group.arrays.items()
        }


def assert_equal_to_torch(path):
    expected = torch.load(path, weights_only=False)
    arrays = read(path)
    assert list(arrays) == list(expected)
    for name, tensor in expected.items():
        wide = tensor.detach()
        if wide.dtype in (torch.bfloat16, torch.float16):
            wide = wide.float()
        assert arrays[name].dtype == wide.numpy().dtype
        np.testing.assert_array_equal(arrays[name], wide.numpy())


TYPES = (
    torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32,
    torch.int16, torch.int8, torch.uint8, torch.bool, torch.uint16, torch.uint32, torch.uint64,
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_type_of_number_in_both_forms(form, protocol, tmp_path):
    numbers = torch.tensor([0, 1, 0, 3, 77, 100, 0, 1])
    # PyTorch writes unsigned integers in the old form too, but cannot read them.
    state = {str(dtype): numbers.to(dtype) for dtype in TYPES[: None if form == "zip" else 10]}
    state["tiny"] = torch.tensor([1e-7, -3e-8, torch.inf, -0.0]).half()  # subnormal in float16
    state["nan"] = torch.tensor([torch.nan, -torch.inf]).bfloat16()
    save(state, tmp_path / "w.pt", form, protocol)
    assert_equal_to_torch(tmp_path / "w.pt")


@st.composite
def views(draw):
    """Some tensors that are parts of one storage, in any order of axes, with steps."""
    dtype = draw(st.sampled_from(TYPES[:6]))
    whole = torch.arange(draw(st.integers(1, 120))).to(dtype)
    state = {"whole": whole}
    for number in range(draw(st.integers(1, 4))):
        offset = draw(st.integers(0, len(whole) - 1))
        room, size, stride = len(whole) - 1 - offset, [], []
        for _ in range(draw(st.integers(0, 4))):
            stride.append(draw(st.integers(0, 7)))
            size.append(draw(st.integers(0, 1 + (room // stride[-1] if stride[-1] else 3))))
            room -= stride[-1] * max(size[-1] - 1, 0)
        state[f"view{number}"] = whole.as_strided(size, stride, offset)
    return state


@pytest.mark.parametrize("form", FORMS)
@given(state=views())
def test_views_that_share_a_storage(tmp_path_factory, form, state):
    path = tmp_path_factory.mktemp("views") / "w.pt"
    save(state, path, form)
    assert_equal_to_torch(path)


@pytest.mark.parametrize("form", FORMS)
def test_parameters_scalars_and_empty_tensors(form, tmp_path):
    noted = nn.Parameter(torch.ones(2))
    noted.remark = "kept by PyTorch alone"
    state = {
        "parameter": nn.Parameter(torch.rand(3, 2)),
        "noted": noted,
        "transposed": nn.Parameter(torch.rand(3, 2)).t(),
        "last": torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "scalar": torch.tensor(3.5),
        "none": torch.ones(0, 4),
        "alone": torch.rand(1, 1, 3)[:, :, 2:],
        "grad": torch.ones(2).requires_grad_(),
    }
    save(state, tmp_path / "w.pt", form)
    assert_equal_to_torch(tmp_path / "w.pt")


def model():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(12, 3))


def small():
    return Network([Conv2d(2, 3), BatchNorm2d(), Flatten(), Linear(3)], (2, 5, 4), seed=3)


def assert_taken(net, trained):
    x = torch.rand(3, *net.input_shape)
    with torch.no_grad():
        np.testing.assert_allclose(net(x), trained.eval()(x).numpy(), atol=1e-6)


@pytest.mark.parametrize("form", FORMS)
def test_a_checkpoint_whatever_its_name_ends_in(form, tmp_path):
    trained, net = model(), small()
    optimizer = torch.optim.Adam(trained.parameters())
    trained(torch.rand(4, 2, 5, 4)).sum().backward()
    optimizer.step()
    value = {
        "epoch": 3,
        "best": 0.5,
        "arch": "resnet",
        "model": trained.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    save(value, tmp_path / "w.npz", form)
    loaded = load_state_dict(net, tmp_path / "w.npz")
    assert loaded == {"conv1": "0", "norm1": "1", "linear1": "3"}
    assert loaded.skipped == ["epoch", "best", "arch", "optimizer", "1.num_batches_tracked"]
    assert_taken(net, trained)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("ema", "model"), "model"),
        (("model", "state_dict"), "state_dict"),
        (("model_state_dict", "ema"), "model_state_dict"),
        (("anything",), "anything"),
    ],
)
def test_which_member_is_the_state_dict(names, chosen, tmp_path):
    save({name: {"a": torch.tensor(float(name == chosen))} for name in names}, tmp_path / "w.pt")
    assert read(tmp_path / "w.pt") == {"a": 1}


@pytest.mark.parametrize("form", FORMS)
def test_the_prefix_of_other_wrappers_and_what_they_count(form, tmp_path):
    """AveragedModel's n_averaged and module., in float16."""
    trained, net = model().half().float(), small()
    averaged = torch.optim.swa_utils.AveragedModel(trained).half()
    save(averaged.state_dict(), tmp_path / "w.pth", form)
    with pytest.raises(FormatError, match=r"file's top level \(n_averaged \(\)\).*strict=False"):
        load_state_dict(net, tmp_path / "w.pth")
    loaded = load_state_dict(net, tmp_path / "w.pth", strict=False)
    assert loaded == {"conv1": "module.0", "norm1": "module.1", "linear1": "module.3"}
    assert (loaded.missing_keys, loaded.unexpected_keys) == ([], ["n_averaged"])
    assert loaded.skipped == ["module.1.num_batches_tracked"]
    assert_taken(net, trained)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("whole", [model, lambda: {"model": model()}])
def test_a_whole_module_is_refused_with_what_to_do(form, whole, tmp_path):
    save(whole(), tmp_path / "w.pt", form)
    words = r"names torch\.nn\.modules\.container\.Sequential; .*torch\.save\(model\.state_dict\(\)"
    with pytest.raises(FormatError, match=words):
        load_state_dict(small(), tmp_path / "w.pt")


def test_a_program_of_torchscript_is_refused_with_what_to_do(tmp_path):
    """What torch.jit.save writes; PyTorch 2.13 warns of it, so it is written by hand."""
    (tmp_path / "w.pt").write_bytes(
        zipped(members() | {"w/constants.pkl": b"", "w/code/a.py": b""})
    )
    with pytest.raises(
        FormatError, match=r"TorchScript .*torch\.jit\.load\(path\)\.state_dict\(\)"
    ):
        load_state_dict(small(), tmp_path / "w.pt")


def one():
    return Network([Flatten(), Linear(2)], (1, 1, 3))


@pytest.mark.parametrize("top", ["", "archive/", "a b/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_packed_again(top, method, tmp_path):
    parts = {key.replace("w/", top, 1): content for key, content in members().items()}
    (tmp_path / "w.pt").write_bytes(zipped(parts, method))
    assert load_state_dict(one(), tmp_path / "w.pt") == {"linear1": "fc"}


def test_a_big_endian_file_as_torch_reads_it(tmp_path):
    turned = struct.pack(">6f", *struct.unpack("<6f", WEIGHT))
    bias = struct.pack(">2f", 7, 8)
    (tmp_path / "w.pt").write_bytes(zipped(members(byteorder=b"big", data_0=turned, data_1=bias)))
    assert_equal_to_torch(tmp_path / "w.pt")
    np.testing.assert_array_equal(read(tmp_path / "w.pt")["fc.bias"], [7, 8])


def test_a_file_from_before_the_byte_order_was_told(tmp_path):
    (tmp_path / "w.pt").write_bytes(zipped(members(byteorder=None)))
    assert_equal_to_torch(tmp_path / "w.pt")


def test_what_is_written_by_hand_is_what_torch_reads(tmp_path):
    """So each forgery has one thing wrong."""
    for content in (zipped(members()), streamed()):
        (tmp_path / "w.pt").write_bytes(content)
        assert_equal_to_torch(tmp_path / "w.pt")


GOOD = {"zip": zipped(members()), "stream": streamed()}


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_a_changed_file_is_refused_or_read_as_torch_reads_it(tmp_path_factory, form, data):
    content = bytearray(GOOD[form])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["bit", "byte", "cut", "more"]))
        if kind == "bit":
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        elif kind == "byte":
            content[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del content[place : place + data.draw(st.integers(1, 9))]
        else:
            content[place:place] = data.draw(st.binary(min_size=1, max_size=9))
        if not content:
            content = bytearray(b"\x80")
    path = tmp_path_factory.mktemp("changed") / "w.pt"
    path.write_bytes(content)
    try:
        arrays = read(path)
    except FormatError:
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other protocols than the usual one
            expected = torch.load(io.BytesIO(content), weights_only=True)
    except Exception:  # PyTorch refuses more, such as a device of another name
        expected = torch.load(io.BytesIO(GOOD[form]))
    assert list(arrays) == list(expected)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, expected[name].float().numpy())


def test_pytorch_is_not_imported(tmp_path):
    save(model().state_dict(), tmp_path / "w.pt")
    script = (
        "import sys; sys.modules['torch'] = None; import badak\n"
        "from badak.layers import BatchNorm2d, Conv2d, Flatten, Linear\n"
        "net = badak.Network([Conv2d(2, 3), BatchNorm2d(), Flatten(), Linear(3)], (2, 5, 4))\n"
        f"print(badak.load_state_dict(net, {str(tmp_path / 'w.pt')!r}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "{'conv1': '0', 'norm1': '1', 'linear1': '3'}\n", done.stderr
