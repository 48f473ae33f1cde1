"""C source of several models in one program: their names do not clash."""

import re
import subprocess

from badak.formats.c import text as c_text
from badak.formats.c.source import c_source
from badak.formats.steps import run_int8
from badak.layers import Flatten, Linear
from badak.network import Network
from formats.c.compiled import compile_c
from formats.networks import images, make


def test_two_models_link_together_and_predict(tmp_path):
    nets = {"one": make("lenet"), "2nd-model": make("deep")}
    x = images(nets["one"], 20)
    lines, expected = [], []
    for name, net in nets.items():
        names = [f'"{k}"??/ \u2600\n' for k in range(net.num_classes)]
        c_source(net, name, names, calibration=x if name == "one" else None).save(
            tmp_path / f"{name}.c"
        )
        prefix = c_text.identifier(name)
        lines.append(
            f'k = {prefix}_predict(image); printf("%d %s%c", k, {prefix}_class_names[k], 0);'
        )
    code = c_source(nets["one"], "one", calibration=x)
    classes = run_int8.logits(code.program, x).argmax(axis=1), nets["2nd-model"].predict(x)
    for pair in zip(*classes, strict=True):
        expected += [f'{k} "{k}"??/ \u2600\n' for k in pair]
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include "one.h"\n#include "2nd-model.h"\n'
        "int main(void)\n{\n    static float image[ONE_CHANNELS * ONE_ROWS * ONE_COLUMNS];\n"
        "    while (fread(image, sizeof image, 1, stdin) == 1) {\n        int k;\n        "
        + "\n        ".join(lines)
        + "\n    }\n    return 0;\n}\n"
    )
    compile_c(tmp_path, "one.c", "2nd-model.c", "main.c", "-o", "program", "-lm")
    done = subprocess.run(
        [tmp_path / "program"], input=x.tobytes(), capture_output=True, check=True
    )
    assert done.stdout.decode().split("\0")[:-1] == expected


def test_two_models_in_one_translation_unit(tmp_path):
    for name in ("one", "two"):
        c_source(make("odd"), name, calibration=images(make("odd"), 9)).save(tmp_path / f"{name}.c")
    (tmp_path / "both.c").write_text('#include "one.c"\n#include "two.c"\n')
    compile_c(tmp_path, "-c", "both.c")


# Names of files that are not legal names in C, or that two files would share.
ODD_NAMES = ["a-b", "a_b", "a b", "A_b", "a__b", "_a_b", "한글", "漢字", "é", "1", "1x", "x" * 200,
             "double", "main", "exit", "int8_t", "printf"]  # fmt: skip


def test_models_of_any_names_link_together(tmp_path):
    net = Network([Flatten(), Linear(2)], (1, 1, 2))
    prefixes = [c_text.identifier(name) for name in ODD_NAMES]
    assert len({prefix.upper() for prefix in prefixes}) == len(ODD_NAMES)
    for prefix in prefixes:
        assert re.fullmatch("[a-z]([a-z0-9]|_(?!_))*", prefix)
    for name in ODD_NAMES:
        code = c_source(net, name)
        assert f"Names: all begin with {c_text.identifier(name)}_" in code.header
        code.save(tmp_path / f"{name}.c")
    includes = "".join(f'#include "{name}.h"\n' for name in ODD_NAMES)
    calls = "".join(f"    k += {prefix}_predict(image);\n" for prefix in prefixes)
    (tmp_path / "program.c").write_text(
        f"#include <stdlib.h>\n{includes}int main(void)\n{{\n    float image[2] = {{0}};\n"
        f"    int k = 0;\n{calls}    exit(k);\n}}\n"
    )
    files = [f"./{name}.c" for name in [*ODD_NAMES, "program"]]
    compile_c(tmp_path, *files, "-o", "all", "-lm")
