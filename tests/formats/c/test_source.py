"""C source: it compiles without a warning and computes what badak computes."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from badak import models
from badak.errors import BadakError
from badak.formats.c.calls import FUNCTIONS
from badak.formats.c.source import c_source
from badak.formats.steps import run_int8
from badak.formats.steps.scale import rounded
from badak.layers import (
    LAYERS,
    Conv2d,
    Flatten,
    Linear,
    Residual,
)
from badak.layers.walk import walk
from badak.network import Network
from formats.c.compiled import Program, compile_c, main_of
from formats.networks import NETWORKS, images, make
from own_layer import Own


def test_the_networks_here_have_every_layer():
    nets = [make() for make in NETWORKS.values()]
    used = {type(visit.layer) for net in nets for visit in walk(net.layers, net.input_shape)}
    assert used == set(LAYERS.values())


def test_unsupported_layers_are_named():
    net = Network([Own(), Residual([Own()]), Flatten(), Linear(2)], (1, 2, 2))
    message = r"Own \('own1'\), Own \('block1\.own1'\).*Conv2d"
    with pytest.raises(BadakError, match=message):
        c_source(net, "net")


@pytest.mark.parametrize("name", NETWORKS)
def test_float_agrees_on_1000_images(name, compiled):
    net = make(name)
    x = images(net, 1000)
    y = compiled[0].run(name, x)
    expected = net(x)
    assert np.ptp(expected) > 0.1  # otherwise any constant network would agree
    np.testing.assert_allclose(y, expected, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_int8_is_what_its_accuracy_was_measured_with(name, compiled):
    program, codes = compiled
    lowered = codes[f"{name} int8"].program
    x = images(make(name), 1000)
    y = program.run(f"{name} int8", x)
    simulated = run_int8.logits(lowered, x).reshape(y.shape)
    # What is computed in float inside is rounded by the machine's libm.
    steps = lowered.steps
    inside, at_the_end = any("per_step_y" in step.numbers for step in steps), steps[-1].op == "rbf"
    if inside or at_the_end:
        step = np.abs(simulated).max() / 127
        np.testing.assert_allclose(y, simulated, atol=1e-3 + inside * 2 * step)
        assert (np.abs(y - simulated) < 1e-3).mean() > 0.99
    else:
        np.testing.assert_array_equal(y, simulated)


def test_no_read_or_write_beyond_an_array_and_no_undefined_step(compiled, tmp_path):
    names = [f"{name}{form}" for name in NETWORKS for form in ("", " int8")]
    flags = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    program = Program(tmp_path, {name: compiled[1][name] for name in names}, *flags)
    for name in names:
        x = images(make(name.removesuffix(" int8")), 3)
        program.run(name, x * 1e6 - 5e5)
        program.run(name, x * np.float32(np.nan))


def test_c_and_the_measurement_round_halves_alike(tmp_path):
    values = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 2**40 + 2, -(2**40) - 2]
    function = (FUNCTIONS / "round_shift.c").read_text()
    calls = "".join(f'printf("%lld ", (long long)PREFIX_round_shift({v}, 2));' for v in values)
    (tmp_path / "main.c").write_text(
        f"#include <stdint.h>\n#include <stdio.h>\n{function}\nint main(void)\n"
        f"{{\n{calls}\nreturn 0;\n}}\n"
    )
    compile_c(tmp_path, "main.c", "-o", "program")
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    expected = [-2, -1, -1, -1, -1, 0, 0, 0, 1, 1, 1, 1, 2, 2**38 + 1, -(2**38) - 1]
    assert [int(word) for word in done.stdout.split()] == expected
    assert rounded(np.array(values), 2).tolist() == expected


@pytest.mark.parametrize("name", NETWORKS)
def test_int8_comes_near_float(name, compiled):
    net = make(name)
    x = images(net, 300)
    y, expected = run_int8.logits(compiled[1][f"{name} int8"].program, x), net(x)
    scale = np.abs(expected).max()
    assert np.abs(y.reshape(expected.shape) - expected).mean() < 0.03 * scale


def test_int8_keeps_the_accuracy(learned, tmp_path):
    net, train, test = learned
    right = net.evaluate(test).accuracy
    assert right > 0.9
    code = c_source(net, "digits", calibration=train.images[:500])
    y = Program(tmp_path, {"digits": code}).run("digits", test.images)
    assert (y.argmax(axis=1) == test.labels).mean() == pytest.approx(right, abs=0.01)
    assert code.flash < 0.3 * c_source(net, "digits").flash
    assert code.ram < 0.3 * c_source(net, "digits").ram


def test_the_head_states_what_the_object_file_needs(tmp_path):
    if shutil.which("size") is None:
        pytest.skip("there is no size(1)")
    for form, calibration in (("single", None), ("int8", images(make("lenet"), 50))):
        code = c_source(make("lenet"), form, calibration=calibration)
        source, _ = code.save(tmp_path / f"{form}.c")
        head = source.read_text().partition("*/")[0]
        ram = int(re.search(r"RAM:.* in ([\d,]+) bytes", head)[1].replace(",", ""))
        flash = int(re.search(r"Flash: ([\d,]+) bytes", head)[1].replace(",", ""))
        compile_c(tmp_path, "-c", f"{form}.c", "-o", f"{form}.o")
        done = subprocess.run(
            ["size", "-A", tmp_path / f"{form}.o"], capture_output=True, text=True, check=True
        )
        sizes = dict(re.findall(r"^(\.\S+)\s+(\d+)", done.stdout, re.M))
        assert int(sizes[".bss"]) == ram == code.ram
        constants = sum(int(n) for key, n in sizes.items() if key.startswith(".rodata"))
        # Names of classes, literals, alignment; and a geometry may become part of the code.
        assert flash - 256 < constants < flash + 1024


def test_the_header_is_also_for_cxx(tmp_path):
    if shutil.which("g++") is None:
        pytest.skip("there is no g++")
    c_source(make("odd"), "net").save(tmp_path / "net.c")
    (tmp_path / "main.cpp").write_text(main_of("net"))
    compile_c(tmp_path, "-c", "net.c")
    subprocess.run(["g++", "-Wall", "-Werror", "main.cpp", "net.o"], cwd=tmp_path, check=True)


def test_no_malloc_and_no_other_library():
    for calibration in (None, images(make("alexnet"), 5)):
        source = c_source(make("alexnet"), "net", calibration=calibration).source
        own, avr = {'"net.h"', "<math.h>", "<stdint.h>"}, {"<avr/pgmspace.h>"}
        assert set(re.findall(r"#include (\S+)", source)) == own | avr
        assert "malloc" not in source.partition("*/")[2]


def test_layers_that_cannot_be_written_are_all_listed():
    net = Network([Own(), Residual([Own()]), Flatten(), Linear(2)], (1, 4, 4))
    with pytest.raises(BadakError, match=r"C export.*'own1'.*'block1\.own1'.*Conv2d, "):
        c_source(net, "net")


def test_weights_that_are_not_finite_are_refused():
    net = make("lenet")
    net.parameters()["conv2.bias"][3] = np.nan
    with pytest.raises(BadakError, match=r"finite.*conv2\.bias"):
        c_source(net, "net")


def test_too_many_weights_are_refused():
    net = Network([Flatten(), Linear(1025), Linear(2**14)], (1, 2, 2))
    with pytest.raises(BadakError, match=r"16,777,216 weights.*16,\d"):
        c_source(net, "net")


def test_wrong_names_are_refused():
    with pytest.raises(BadakError, match=r"class_names.*got 2"):
        c_source(make("lenet"), "net", ["a", "b"])
    with pytest.raises(BadakError, match=r"quote.*backslash"):
        c_source(make("lenet"), 'a"b')


def test_int8_needs_images_and_the_distances_last():
    net = models.LeNet5(modern=False)
    with pytest.raises(BadakError, match="int8 needs images"):
        c_source(net, "net", calibration=images(net, 0))
    with pytest.raises(BadakError, match=r"calibration .*\(any, 1, 28, 28\); got \(3, 1, 9, 9\)"):
        c_source(net, "net", calibration=np.zeros((3, 1, 9, 9), np.float32))
    layers = {**net.layers, "more": Linear(3)}
    with pytest.raises(BadakError, match=r"rbf1.*EuclideanRBF"):
        c_source(Network(layers, net.input_shape), "net", calibration=images(net, 3))


def test_a_network_whose_values_do_not_vary_is_no_division_by_zero(tmp_path):
    net = Network([Conv2d(3, 3), Flatten(), Linear(2)], (1, 5, 5))
    for array in net.parameters().values():
        array[...] = 0
    x = np.zeros((4, 1, 5, 5), np.float32)
    y = Program(tmp_path, {"net": c_source(net, "net", calibration=x)}).run("net", x)
    np.testing.assert_array_equal(y, np.zeros((4, 2)))


@pytest.mark.parametrize("name", ["what??", "math", "StdInt", "not\udcffutf8"])
def test_names_that_c_cannot_include_are_refused(name):
    with pytest.raises(BadakError, match="a C file"):
        c_source(make("lenet"), name)


def test_the_header_says_what_comes_of_nan():
    for calibration in (None, images(make("lenet"), 5)):
        assert "NaN" in c_source(make("lenet"), "net", calibration=calibration).header


def test_only_what_small_libraries_have_is_used():
    """avr-libc 2.0, the smallest of the C libraries for small machines."""
    words = "".join(path.read_text() for path in FUNCTIONS.glob("*.c"))
    assert set(re.findall(r"\b[a-z0-9]+f\b(?=\()", words)) - {"if"} <= {
        *("powf", "tanhf", "expf", "logf", "fabsf", "sqrtf", "lrintf"),
        "erfcf",  # missing there: GELU
    }
    others = set(re.findall(r"\b(?!UPPER_)[A-Z][A-Z_]{3,}\b", words)) - {"PREFIX"}
    assert others <= {"INFINITY"}


def test_constants_are_read_through_macros():
    """Their names in `functions` stand in UPPER_FLOAT(...) and the like, for AVR's flash."""
    own = {"x", "other", "y", "rows", "column", "g", "bytes"}
    for path in FUNCTIONS.glob("*.c"):
        words = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        for name in set(re.findall(r"const \w+ \*(?:restrict )?(\w+)[,)]", words)) - own:
            read = re.search(rf"\b{name}\s*\[|\*{name}\b(?![,)]| restrict)", words)
            assert read is None, f"{path.name} reads {name} without a macro: {read[0]}"


@pytest.mark.skipif(shutil.which("avr-gcc") is None, reason="there is no avr-gcc")
@pytest.mark.parametrize("int8", [False, True])
def test_a_compiler_for_small_machines_takes_it(int8, tmp_path):
    net = make("odd")
    calibration = images(net, 9) if int8 else None
    c_source(net, "net", calibration=calibration).save(tmp_path / "net.c")
    words = ["avr-gcc", "-mmcu=atmega2560", "-std=c99", "-Os", "-Wall", "-Werror", "-c", "net.c"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
