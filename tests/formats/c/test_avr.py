"""The exported C on AVR: constants stay in flash, and the simulator gives badak's numbers."""

import re
import shutil
import subprocess
from itertools import product

import numpy as np
import pytest

from badak.formats.c.calls import FUNCTIONS
from badak.formats.c.source import c_source
from badak.formats.steps import run_int8
from badak.layers import (
    ELU,
    GELU,
    SELU,
    AvgPool2d,
    BatchNorm2d,
    ChannelShuffle,
    ChannelSlice,
    Concat,
    Conv2d,
    ConvTranspose2d,
    EuclideanRBF,
    Flatten,
    GlobalAvgPool2d,
    GroupNorm,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LayerNorm,
    LeakyReLU,
    Linear,
    LocalResponseNorm,
    MaxPool2d,
    Mish,
    PReLU,
    Product,
    ReLU,
    Residual,
    Scale,
    ScaledTanh,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    Upsample,
)
from badak.network import Network
from formats.networks import images

pytestmark = pytest.mark.skipif(shutil.which("avr-gcc") is None, reason="there is no avr-gcc")
AVR = ("avr-gcc", "-mmcu=atmega2560", "-std=c99", "-Os", "-Wall", "-Wextra", "-Werror")
# Prints the bits of the logits and a class name to the simulator's terminal, then stops.
MAIN = """
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/pgmspace.h>
#include <avr/sleep.h>
#include <stdint.h>
#include <string.h>
#include "net.h"

static float image[NET_CHANNELS * NET_ROWS * NET_COLUMNS], logits[NET_CLASSES];

static void put(char c)
{
    while (!(UCSR0A & (1 << UDRE0)))
        ;
    UDR0 = c;
}

int main(void)
{
    char name[8];
    UCSR0B = 1 << TXEN0;
    for (int i = 0; i < NET_CHANNELS * NET_ROWS * NET_COLUMNS; i++)
        image[i] = (float)(i * 37 % 64) / 64.0f;
    net_run(image, logits);
    for (int k = 0; k < NET_CLASSES; k++) {
        uint32_t bits;
        memcpy(&bits, logits + k, sizeof bits);
        for (int digit = 28; digit >= 0; digit -= 4)
            put("0123456789abcdef"[bits >> digit & 15]);
        put(' ');
    }
    strcpy_P(name, (const char *)pgm_read_ptr(&net_class_names[net_predict(image)]));
    for (const char *c = name; *c; c++)
        put(*c);
    put('\\n');
    cli();
    sleep_mode();
    return 0;
}
"""
NAMES = ["zero", "one", "two"]


# Layers for images (1, 9, 8): together they need every function in C.
LAYERS = {
    "sums": [  # by rows, by columns, in groups and strided; pools
        *(Conv2d(4, 3, padding=1), ReLU(), MaxPool2d(2)),
        *(Conv2d(4, 3, stride=2, padding=1, groups=4), Tanh(), GroupNorm(2)),
        *(Conv2d(18, (1, 2), padding=(0, 1)), ReLU(), AvgPool2d(2), Flatten(), Linear(3)),
    ],
    "functions": [
        *(Conv2d(2, 3), ELU(), SELU(), Mish(), SiLU(), Softplus(), Hardswish(), GELU("tanh")),
        *(BatchNorm2d(), Hardtanh(-0.5, 0.7), Conv2d(2, 1), LeakyReLU(), ScaledTanh(), Sigmoid()),
        *(Conv2d(2, 1), Hardsigmoid(), PReLU(2), Flatten(), Linear(3)),
    ],
    "blocks": [
        *(Concat([[], [], [Conv2d(2, 3, padding=1)]]), ChannelShuffle(2), LayerNorm()),
        *(LocalResponseNorm(3), Residual([Scale("element")]), MaxPool2d(2)),
        *(ConvTranspose2d(2, 2, stride=2), Upsample((1, 2), "bilinear")),
        *(Product([[], [GlobalAvgPool2d()]]), Concat([[ChannelSlice(1, 2)], [Conv2d(2, 1)]])),
        *(GlobalAvgPool2d(), Flatten()),
    ],
    "distances": [Flatten(), Linear(84), Tanh(), EuclideanRBF(3)],
}


def network(name):
    net = Network(LAYERS[name], (1, 9, 8), seed=3)
    generator = np.random.default_rng(2)
    for key, array in net.state().items():
        if key.endswith("bias"):
            array[...] = generator.normal(0, 0.2, array.shape)
        elif "scale" in key or "prelu" in key:
            array[...] = generator.uniform(0.5, 1.5, array.shape)
    return net


def avr(folder, *words):
    done = subprocess.run([*AVR, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_networks_here_need_every_function():
    """Except exact GELU, whose erfcf is missing there, and files of weights; window is a type."""
    every, used = {path.stem for path in FUNCTIONS.glob("*.c")}, set()
    for name, int8 in product(LAYERS, (False, True)):
        net = network(name)
        source = c_source(net, "net", NAMES, images(net, 50) if int8 else None).source
        names = re.findall(r"^\w.*?\bnet_(\w+)\(", source, re.MULTILINE)
        used |= {f"{n}_int8" if int8 and f"{n}_int8" in every else n for n in names}
    assert every - used == {"gelu", "load", "window"}


@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_constants_are_in_flash_alone(name, int8, tmp_path):
    net = network(name)
    code = c_source(net, "net", NAMES, images(net, 50) if int8 else None)
    code.save(tmp_path / "net.c")
    avr(tmp_path, "-c", "net.c")
    words = ["avr-size", "-A", "net.o"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    sizes = {key: int(n) for key, n in re.findall(r"^(\.\S+)\s+(\d+)", done.stdout, re.M)}
    assert sizes[".data"] == 0
    assert sum(n for key, n in sizes.items() if key.startswith(".rodata")) == 0
    assert sizes[".bss"] - code.ram in (0, 68)  # a window that is in use
    constants = sum(n for key, n in sizes.items() if key.startswith(".progmem"))
    assert code.flash <= constants < code.flash + 100  # names of classes


@pytest.mark.skipif(shutil.which("simavr") is None, reason="there is no simavr")
@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("name", LAYERS)
def test_the_simulator_gives_the_same_numbers(name, int8, tmp_path):
    net = network(name)
    code = c_source(net, "net", NAMES, images(net, 50) if int8 else None)
    code.save(tmp_path / "net.c")
    (tmp_path / "main.c").write_text(MAIN)
    avr(tmp_path, "net.c", "main.c", "-o", "net.elf", "-lm")
    words = ["simavr", "-m", "atmega2560", "-f", "16000000", "net.elf"]
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    line = re.search(r"((?:[0-9a-f]{8} ){3})(\w+)", done.stdout + done.stderr)
    assert line, done.stdout + done.stderr
    y = np.array([int(bits, 16) for bits in line[1].split()], np.uint32).view(np.float32)
    x = (np.arange(72) * 37 % 64 / 64).astype(np.float32).reshape(1, 1, 9, 8)
    expected = run_int8.logits(code.program, x)[0] if int8 else net(x)[0]
    step = np.abs(expected).max() / 127
    np.testing.assert_allclose(y, expected, atol=2 * step if int8 else 1e-4)
    assert line[2] == NAMES[y.argmax()]


def test_more_constants_than_avr_reads_are_an_error_there(tmp_path):
    net = Network([Flatten(), Linear(300), Linear(3)], (1, 8, 8))
    c_source(net, "net").save(tmp_path / "net.c")
    done = subprocess.run(
        [*AVR, "-c", "net.c"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "AVR reads 64 KiB of constants at most; these are 81,612 bytes" in done.stderr
