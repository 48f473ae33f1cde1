"""Run a script of the book as it is printed, with badak's modules under the book's names.

Modules are looked for, in this order:

1. in the script's own folder, as Python does: a `simple_convnet.py` that lies there is used;
2. among badak's (`badak.book.dropin`): `common`, `dataset`, and the modules of the chapters, first
   those of the chapter whose name the script's folder has (``ch04``);
3. in what the script adds to `sys.path`, such as the parent folder.

So a clone of the book's repository runs with badak's `common` and `dataset`, and a script alone
with badak's modules only. The last lines say which were used.
"""

import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from badak.errors import BadakError
from badak.terminal import printable

DROPIN = Path(__file__).with_name("dropin")
# The later chapter first: chapter 5 has a module of the same name as chapter 4.
CHAPTERS = ("ch08", "ch07", "ch05", "ch04")


def run(script: Path, arguments: Sequence[str] = ()) -> int:
    """Run a script as ``python SCRIPT ARGUMENTS`` would, and return the exit status.

    `sys.path` and `sys.argv` are changed and stay so: for a process of its own.

    Raises:
        BadakError: the script is not a file.
    """
    if not script.is_file():
        raise BadakError(f"there is no script {script}: name a file, such as ch07/filters.py")
    from badak.book.figures import save_if_no_display  # imports matplotlib, 0.5 s

    script = script.resolve()
    sys.argv = [str(script), *arguments]
    if not sys.flags.safe_path:
        del sys.path[0]  # the working directory, because of python -m
    sys.path[:0] = search_path(script.parent)
    save_if_no_display()
    fault = None
    try:
        runpy.run_path(str(script), run_name="__main__")
    except Exception as raised:
        fault = raised
    finally:  # before a fault, which the reader should see last
        sys.stdout.flush()
        for line in used():
            print(f"badak.book: {line}", file=sys.stderr)
    if fault is None:
        return 0
    traceback.print_exception(fault.with_traceback(_from_script(fault.__traceback__, script)))
    return 1


def search_path(folder: Path) -> list[str]:
    """Return the folders in which the modules of a script in `folder` are looked for first.

    Example:
        >>> [Path(name).name for name in search_path(Path("ch04"))]
        ['ch04', 'dropin', 'ch04', 'ch08', 'ch07', 'ch05']
    """
    chapters = sorted(CHAPTERS, key=lambda chapter: chapter != folder.name)  # stable
    return [str(folder), str(DROPIN), *(str(DROPIN / chapter) for chapter in chapters)]


def used() -> list[str]:
    """Return a line for each place from which modules with the book's names were imported."""
    names = {path.stem for folder in ("", *CHAPTERS) for path in (DROPIN / folder).iterdir()}
    places: dict[str, list[str]] = {}
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] not in names or not file or hasattr(module, "__path__"):
            continue
        path = Path(file)
        place = str(path)
        if DROPIN in path.parents:
            chapter = path.parent.name.removeprefix("ch0")
            place = f"badak's, of chapter {chapter}" if chapter.isdigit() else "badak's"
        places.setdefault(place, []).append(name)
    return [printable(f"{', '.join(names)}: {place}") for place, names in places.items()]


def _from_script(trace: TracebackType | None, script: Path) -> TracebackType | None:
    """Return the traceback from the script's own first line on."""
    while trace is not None and trace.tb_frame.f_code.co_filename != str(script):
        trace = trace.tb_next
    return trace
