"""Compile C of networks with warnings as errors, several as one program, and run it on images."""

import shutil
import subprocess

import numpy as np
import pytest

from badak.formats.c.text import identifier

STRICT = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic")
MAIN = """#include <stdio.h>
#include <string.h>
{includes}

int main(int count, char **words)
{{
{models}
    return count;
}}
"""
MODEL = """    if (!strcmp(words[1], "{name}")) {{
        static float image[{upper}_CHANNELS * {upper}_ROWS * {upper}_COLUMNS];
        static float logits[{upper}_CLASSES];
        while (fread(image, sizeof image, 1, stdin) == 1) {{
            {prefix}_run(image, logits);
            fwrite(logits, sizeof logits, 1, stdout);
        }}
        return 0;
    }}"""


def main_of(*names):
    """A main program that runs the network that its first argument names."""
    prefixes = {name: identifier(name) for name in names}
    return MAIN.format(
        includes="\n".join(f'#include "{name}.h"' for name in names),
        models="\n".join(
            MODEL.format(name=name, prefix=prefix, upper=prefix.upper())
            for name, prefix in prefixes.items()
        ),
    )


def compile_c(folder, *words):
    program = shutil.which("gcc")
    if program is None:
        pytest.skip("there is no gcc")
    done = subprocess.run(
        [program, *STRICT, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


class Program:
    """The C of several networks, by name, as one program."""

    def __init__(self, folder, codes, *flags):
        self.path = folder / "program"
        for name, code in codes.items():
            code.save(folder / f"{name}.c")
        (folder / "main.c").write_text(main_of(*codes))
        files = [f"{name}.c" for name in [*codes, "main"]]
        compile_c(folder, *flags, *files, "-o", "program", "-lm")

    def run(self, name, images):
        """The logits (N, K) that the network of this name gives."""
        done = subprocess.run(
            [self.path, name], input=images.tobytes(), capture_output=True, check=True
        )
        return np.frombuffer(done.stdout, np.float32).reshape(len(images), -1)
