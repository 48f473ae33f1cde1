"""python -m badak.book SCRIPT.py: own scripts that make the calls of the book's scripts."""

import gzip
import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from badak import data
from badak.book import DeepConvNet, SimpleConvNet, TwoLayerNet
from badak.book.__main__ import main
from badak.book.script import search_path

SCRIPTS = Path(__file__).with_name("scripts")


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    """A folder with files like MNIST's that hold badak's own digits."""
    folder = tmp_path_factory.mktemp("data")
    for name, part in zip(("train", "t10k"), data.load("digits"), strict=True):
        pixels = np.rint(part.images * 255).astype(np.uint8)
        for kind, array in (("images-idx3", pixels[:, 0]), ("labels-idx1", part.labels)):
            head = struct.pack(f">{array.ndim + 1}I", 0x800 + array.ndim, *array.shape)
            path = folder / f"{name}-{kind}-ubyte.gz"
            path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes(), 1))
    return folder


@pytest.fixture
def run(mnist, tmp_path):
    """Run a path, or a copy of a script, alone in its chapter's folder; there is no display."""

    def start(script, *arguments, status=0, **variables):
        path = script
        if isinstance(script, str):
            path = tmp_path / script
            path.parent.mkdir(exist_ok=True)
            shutil.copy(SCRIPTS / script, path)
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND")
        environment = {key: value for key, value in os.environ.items() if key not in hidden}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "badak.book", str(path), *arguments],
            cwd=tmp_path, env=environment | {"BADAK_DATA": str(mnist)} | variables,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        return done

    return start


def accuracy(done):
    return float(re.search(r"^accuracy ([\d.]+)", done.stdout, re.M)[1])


def test_chapter_3_reads_weights_that_lie_beside_it(run, tmp_path):
    """What sample_weight.pkl is: a pickled dictionary, opened by the script."""
    _, test = data.load("digits")
    weights = TwoLayerNet(784, 20, 10, weight_init_std=1).params
    (tmp_path / "ch03").mkdir()
    (tmp_path / "ch03" / "sample_weight.pkl").write_bytes(pickle.dumps(weights))
    done = run("ch03/digits.py", "one", "--two")
    hidden = 1 / (1 + np.exp(-(test.images.reshape(len(test), -1) @ weights["W1"])))
    expected = np.mean((hidden @ weights["W2"]).argmax(axis=1) == test.labels)
    assert accuracy(done) == expected
    assert "arguments ['one', '--two']" in done.stdout
    assert "badak.book: common.functions, dataset.mnist: badak's\n" in done.stderr
    assert "saved as digits-1.png" in done.stderr
    assert (tmp_path / "digits-1.png").stat().st_size > 100


def test_chapter_4_has_its_own_network_and_gradient(run, tmp_path):
    done = run("ch04/descent.py")
    assert done.stdout.startswith("rows [[6.0, 8.0], [0.0, 4.0]]\nall [[6.0, 8.0], [0.0, 4.0]]\n")
    assert "probabilities 5.0" in done.stdout
    assert accuracy(done) > 0.8
    assert "badak.book: gradient_2d, two_layer_net: badak's, of chapter 4\n" in done.stderr
    assert (tmp_path / "descent-1.png").stat().st_size > 1000


def test_chapter_5_has_its_own_too(run):
    done = run("ch05/layers.py")
    lines = done.stdout.splitlines()
    assert lines[0] == "price 650 (2, 100)"
    assert lines[1:5] == ["W1 True", "b1 True", "W2 True", "b2 True"]
    assert lines[5] == "['Affine1', 'Relu1', 'Affine2'] SoftmaxWithLoss"
    assert "layer_naive, two_layer_net: badak's, of chapter 5" in done.stderr


def test_chapter_6_compares_optimizers_and_shows_three_figures(run, tmp_path):
    done = run("ch06/optimizers.py")
    assert done.stdout.count(" True\n") == 4
    assert accuracy(done) > 0.8
    for number in (1, 2, 3):
        assert (tmp_path / f"optimizers-{number}.png").stat().st_size > 1000
    assert "common.multi_layer_net, common.multi_layer_net_extend" in done.stderr


def test_chapters_7_and_8_load_the_params_beside_the_script(run, tmp_path):
    saved = {"ch07/params.pkl": SimpleConvNet(), "ch08/deep_convnet_params.pkl": DeepConvNet()}
    for name, network in saved.items():
        (tmp_path / name).parent.mkdir()
        # As the book's files are: NumPy 1 wrote them.
        content = pickle.dumps(network.params, 3).replace(b"cnumpy._core.", b"cnumpy.core.")
        (tmp_path / name).write_bytes(content)
    done = run("ch07/filters.py")
    total = saved["ch07/params.pkl"].params["W1"].sum()
    assert done.stdout == f"columns (936, 25)\nsum {total}\n"
    assert (tmp_path / "saved.pkl").exists()  # where the command was typed, as in the book
    assert "simple_convnet: badak's, of chapter 7" in done.stderr
    _, test = data.load("digits")
    done = run("ch08/half.py")
    deep = saved["ch08/deep_convnet_params.pkl"]
    assert accuracy(done) == deep.accuracy(test.images[:20], test.labels[:20])
    assert done.stdout.endswith("True\nscores (3, 10)\n")


def test_the_books_own_module_beside_the_script_is_used_and_named(run, tmp_path):
    """As in a clone: the chapter's module lies there, common in the folder above."""
    (tmp_path / "ch05").mkdir()
    own = "from common.layers import Affine\nclass TwoLayerNet: ...\nclass MulLayer: ..."
    (tmp_path / "ch05" / "two_layer_net.py").write_text(own)
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "layers.py").write_text("raise SystemExit('the folder above is last')")
    script = tmp_path / "ch05" / "clone.py"
    script.write_text(
        "import sys, os\nsys.path.append(os.path.join(os.path.dirname(__file__), '..'))\n"
        "from two_layer_net import *\nprint(Affine.__module__, TwoLayerNet.__module__)\n"
    )
    done = run(script)
    assert done.stdout == "badak.book.layers two_layer_net\n"
    assert f"badak.book: two_layer_net: {tmp_path / 'ch05' / 'two_layer_net.py'}\n" in done.stderr


def test_a_fault_is_shown_from_the_scripts_own_line_on(run, tmp_path):
    script = tmp_path / "fault.py"
    script.write_text("from common.functions import *\nprint('begun')\nsigmoid('a')\n")
    done = run(script, status=1)
    assert done.stdout == "begun\n"
    assert f'Traceback (most recent call last):\n  File "{script}", line 3' in done.stderr
    assert done.stderr.splitlines()[-1].startswith(("ValueError", "badak.errors"))


def test_missing_mnist_is_named(run, tmp_path):
    script = tmp_path / "data.py"
    script.write_text("from dataset.mnist import load_mnist\nload_mnist()\n")
    nowhere = {"XDG_CACHE_HOME": str(tmp_path), "https_proxy": "http://127.0.0.1:9"}
    done = run(script, status=1, BADAK_DATA=str(tmp_path), **nowhere)
    assert re.search(r"BadakError: mnist is not .*BADAK_DATA=FOLDER", done.stderr), done.stderr


def test_no_script_no_run(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["badak.book", str(tmp_path / "none.py")])
    assert main() == 2
    assert f"badak.book: there is no script {tmp_path}/none.py: name a" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["badak.book", "--help"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("usage: python -m badak.book SCRIPT.py")
    monkeypatch.setattr(sys, "argv", ["badak.book"])
    assert main() == 2
    assert capsys.readouterr().err.startswith("usage")


def test_the_scripts_folder_comes_first_then_badaks_then_its_chapters():
    names = [Path(name).name for name in search_path(Path("/book/ch07"))]
    assert names == ["ch07", "dropin", "ch07", "ch08", "ch05", "ch04"]
