"""Compile a network's C with warnings as errors, and run it on images."""

import shutil
import subprocess

import numpy as np
import pytest

from badak.formats.c.text import identifier

STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic")
MAIN = """#include <stdio.h>
#include "{name}.h"

int main(void)
{{
    static float image[{upper}_CHANNELS * {upper}_ROWS * {upper}_COLUMNS], logits[{upper}_CLASSES];
    while (fread(image, sizeof image, 1, stdin) == 1) {{
        {prefix}_run(image, logits);
        fwrite(logits, sizeof logits, 1, stdout);
    }}
    return 0;
}}
"""


def compiler():
    program = shutil.which("gcc")
    if program is None:
        pytest.skip("there is no gcc")
    return program


def compile_c(folder, *words):
    done = subprocess.run(
        [compiler(), *STRICT, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def run_c(folder, code, name, images, *flags):
    """The logits (N, K) that the compiled files give."""
    code.save(folder / f"{name}.c")
    prefix = identifier(name)
    main = MAIN.format(name=name, prefix=prefix, upper=prefix.upper())
    (folder / "main.c").write_text(main)
    compile_c(folder, *flags, f"{name}.c", "main.c", "-o", "program", "-lm")
    done = subprocess.run(
        [folder / "program"], input=images.tobytes(), capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, np.float32).reshape(len(images), -1)
