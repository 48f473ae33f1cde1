"""A small clone with two chapters, a built site, and MNIST of a few images."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from badak.data.mnist import FILES
from badak.kit import Clone
from badak.kit.images import COUNTS, idx

ROOT = Path(__file__).parents[2]
CHAPTERS = {
    "01-first.md": """\
---
file_format: mystnb
kernelspec: {name: python3}
---
(first)=
# Why convolution

:::{note}
The [second chapter](02-second.md) and [how to](../how-to/export.md#c) say more; `{term}`,
`[a](b.md)`.
:::

```{code-cell} python
:tags: [hide-input]

print(6 * 7)
```

What {term}`stride` is: {ref}`there <why-plus>`. $a_{b}$

```{figure} ../pictures/page.png
:alt: the page

A caption.
```

```python
:::{kept}
```
""",
    "02-second.md": """\
---
file_format: mystnb
---
# The filter

(why-plus)=
## Why `+=`

````{dropdown} Answer
:::{tip}
[Back](#first)
:::
````

```{code-cell} python
%%writefile a.py
x = "```"
```
""",
}


@pytest.fixture
def clone(tmp_path) -> Clone:
    folder = tmp_path / "clone"
    for language in ("ko", "en"):
        course = folder / "docs" / language / "course"
        course.mkdir(parents=True)
        for name, text in CHAPTERS.items():
            (course / name).write_text(text, "utf-8")
        (course / "index.md").write_text("# Index")
        for name in ("how-to/export.md", "pictures/page.png"):
            path = course.parent / name
            path.parent.mkdir()
            path.write_text("# Export")
        site = folder / "build" / "site" / language
        (site / "_sources").mkdir(parents=True)
        (site / "index.html").write_text(language)
        (site / "course").mkdir()
        for name in CHAPTERS:
            (site / "course" / name).with_suffix(".html").write_text(name)
    (folder / "pyproject.toml").write_text('[project]\nname = "badak"\n')
    shutil.copytree(ROOT / "docs" / "kit", folder / "docs" / "kit")
    return Clone(folder)


@pytest.fixture
def mnist(tmp_path, monkeypatch) -> Path:
    """A folder with MNIST's files: one image more than the kit takes, each its own."""
    folder = tmp_path / "all" / "mnist"
    folder.mkdir(parents=True)
    for part, (images, labels) in FILES.items():
        count = COUNTS[part] + 1
        pixels = np.zeros((count, 28, 28), np.uint8)
        pixels[:, 0] = np.random.default_rng(count).integers(0, 256, (count, 28))
        (folder / images).write_bytes(idx(pixels))
        (folder / labels).write_bytes(idx((np.arange(count) % 10).astype(np.uint8)))
    monkeypatch.setenv("BADAK_DATA", str(folder.parent))
    return folder


class Pip:
    """Stands for pip: notes its words, and leaves a wheel or fails."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.fault = ""
        self.fails_at = ""

    def __call__(self, words):
        words = [str(word) for word in words]
        self.calls.append(words)
        if self.fails_at in words:
            return subprocess.CompletedProcess(words, 1, "", self.fault)
        for option, name in (("--wheel-dir", "badak-0.1.0-py3-none-any"), ("--dest", "numpy-2-cp")):
            if option in words:
                Path(words[words.index(option) + 1], f"{name}.whl").write_bytes(b"wheel")
        return subprocess.CompletedProcess(words, 0, "", "")


@pytest.fixture
def pip(monkeypatch) -> Pip:
    from badak.kit import wheels

    fake = Pip()
    monkeypatch.setattr(wheels, "run", fake)
    return fake
