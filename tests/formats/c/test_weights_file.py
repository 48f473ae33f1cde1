"""Weights in a file of their own: the same logits, and a return code for every wrong file."""

import subprocess
import zlib

import numpy as np
import pytest

from badak.errors import BadakError
from badak.formats.c.source import c_source
from badak.layers import Flatten, Linear
from badak.network import Network
from formats.c.compiled import Program, compile_c
from formats.networks import images, make

# Loads net.bin at an offset, prints the code, and the logits of the images, loaded or not.
MAIN = """#include <stdio.h>
#include <stdlib.h>
#include "net.h"

int main(int count, char **words)
{
    static float image[NET_CHANNELS * NET_ROWS * NET_COLUMNS], logits[NET_CLASSES];
    const size_t offset = count > 1 ? (size_t)atoi(words[1]) : 0;
    char *bytes = malloc(8000000);
    FILE *file = fopen("net.bin", "rb");
    const size_t size = fread(bytes + offset, 1, 7000000, file);
    fprintf(stderr, "%d", net_load(bytes + offset, size));
    while (fread(image, sizeof image, 1, stdin) == 1) {
        net_run(image, logits);
        fwrite(logits, sizeof logits, 1, stdout);
    }
    fclose(file);
    free(bytes);
    return net_load(NULL, size) != NET_WRONG_SIZE;
}
"""


def build(folder, net, calibration=None):
    """Write and compile a network whose weights are in net.bin."""
    code = c_source(net, "net", calibration=calibration, weights_file=True)
    files = code.save(folder / "net.c")
    assert [file.name for file in files] == ["net.c", "net.h", "net.bin"]
    assert (folder / "net.bin").read_bytes() == code.weights
    (folder / "main.c").write_text(MAIN)
    flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    compile_c(folder, *flags, "net.c", "main.c", "-o", "program", "-lm")
    return code


def run(folder, x, offset=0):
    """The return code of net_load, and the logits (N, K)."""
    words = [folder / "program", str(offset)]
    done = subprocess.run(words, cwd=folder, input=x.tobytes(), capture_output=True, check=True)
    return int(done.stderr), np.frombuffer(done.stdout, np.float32).reshape(len(x), -1)


@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("name", ["odd", "lenet1998", "nested"])
def test_the_logits_are_those_of_one_file(name, int8, tmp_path):
    net = make(name)
    x = images(net, 50)
    calibration = x if int8 else None
    code = build(tmp_path, net, calibration)
    loaded, y = run(tmp_path, x)
    assert loaded == 0
    one = c_source(net, "one", calibration=calibration)
    np.testing.assert_array_equal(y, Program(tmp_path, {"one": one}).run("one", x))
    assert code.ram == one.ram
    assert code.flash < one.flash - len(code.weights) + 600  # alignment
    assert len(code.source) < 25_000


def test_every_wrong_file_has_its_code(tmp_path):
    net = make("odd")
    x = images(net, 2)
    code = build(tmp_path, net)
    right = code.weights
    other = c_source(make("nested"), "net", weights_file=True).weights
    middle = len(right) // 2
    flipped = right[:middle] + bytes([right[middle] ^ 1]) + right[middle + 1 :]
    wrong = {
        1: [right[:-1], b"", right + bytes(1), other],
        3: [flipped, right[:-4] + right[-3:] + right[:1], bytes(len(right))],
    }
    for number, contents in wrong.items():
        for content in contents:
            (tmp_path / "net.bin").write_bytes(content)
            loaded, y = run(tmp_path, x)
            assert loaded == number
            assert np.isnan(y).all()
    (tmp_path / "net.bin").write_bytes(right)
    assert run(tmp_path, x, offset=2)[0] == 2
    loaded, y = run(tmp_path, x, offset=4)
    assert loaded == 0
    np.testing.assert_allclose(y, net(x), atol=1e-4)


def test_a_machine_with_the_largest_byte_first_notices(tmp_path):
    """Its compiler reads the first number the other way round, as of a file turned round here."""
    code = build(tmp_path, make("odd"))
    turned = bytes([1, 2, 3, 4]) + code.weights[4:]
    source = code.source.replace(f"{zlib.crc32(code.weights):08x}", f"{zlib.crc32(turned):08x}")
    (tmp_path / "net.c").write_text(source)
    (tmp_path / "net.bin").write_bytes(turned)
    compile_c(tmp_path, "net.c", "main.c", "-o", "program", "-lm")
    assert run(tmp_path, images(make("odd"), 1))[0] == 4


def test_a_file_of_their_own_holds_more_weights():
    net = Network([Flatten(), Linear(1025), Linear(2**14)], (1, 2, 2))
    with pytest.raises(BadakError, match=r"16,777,216 weights.*16,8.*weights_file=True"):
        c_source(net, "net")
    assert len(c_source(net, "net", weights_file=True).weights) > 4 * 2**24
