"""The page's modules in Node.js, without a browser."""

import json
import shutil
import subprocess

import pytest

from badak.page import bundle


def run(module, code, folder, *words):
    """Run code after a module of the page; return what it writes on standard output, as JSON."""
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js: apt-get install -y nodejs")
    path = folder / "script.mjs"
    path.write_text(f"import fs from 'node:fs';\n{bundle(module)}\n{code}", encoding="utf-8")
    done = subprocess.run(["node", path, *words], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return json.loads(done.stdout, parse_int=float)  # as JavaScript has them
