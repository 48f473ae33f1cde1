"""Predictions read nothing behind the images, where another array or no page may lie."""

import subprocess
import sys

PROGRAM = """
import ctypes
import mmap

import numpy as np

import badak
from badak.layers import *


def before_a_wall(shape):
    '''Ones, after whose last byte nobody may read.'''
    size, page = 4 * int(np.prod(shape)), mmap.PAGESIZE
    wall = -(-size // page) * page
    memory = mmap.mmap(-1, wall + page)
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(start + wall), page, 0) == 0
    array = np.frombuffer(memory, np.float32, size // 4, wall - size).reshape(shape)
    array[...] = 1
    return array


for layers, size in [
    ([ReLU()], 1),
    ([GELU(), Flatten(), Linear(3)], 1),
    ([BatchNorm2d()], 1),
    ([Conv2d(5, 1, groups=5)], 1),
    ([Conv2d(7, 1)], 1),
    ([Conv2d(4, 3, padding=1)], 1),
    ([AvgPool2d(1)], 1),
    ([Residual([ReLU()])], 1),
    ([Concat([[], [ReLU()]])], 1),
    ([ChannelSlice(1, 3), ReLU()], 1),
    ([LayerNorm(), ReLU()], 1),
    ([Flatten(), Linear(3)], 1),
    ([Conv2d(3, 3)], 5),
    ([Conv2d(9, 3)], 5),
    ([ReLU()], 3),
]:
    net = badak.Network(layers, (5, size, size))
    for count in (1, 3):
        images = before_a_wall((count, 5, size, size))
        print(layers, count, flush=True)
        assert np.array_equal(net(images), net(images.copy()))
"""


def test_nothing_behind_the_images_is_read():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
