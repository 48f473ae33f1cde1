"""`compiled`: every network of `formats.networks` in C, compiled once for all tests."""

import pytest

from badak.formats.c.source import c_source
from formats.c.compiled import Program
from formats.networks import NETWORKS, images, make


@pytest.fixture(scope="session")
def compiled(tmp_path_factory):
    """The program, and the codes in it: "name" in float, "name int8" in integers."""
    codes = {}
    for name in NETWORKS:
        net = make(name)
        codes[name] = c_source(net, name)
        codes[f"{name} int8"] = c_source(net, f"{name} int8", calibration=images(net, 200))
    return Program(tmp_path_factory.mktemp("c"), codes), codes
