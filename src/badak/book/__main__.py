"""`python -m badak.book SCRIPT.py [ARGUMENTS]` runs a script of the book with badak's modules."""

import sys
from pathlib import Path

from badak.book.script import run
from badak.errors import BadakError

USAGE = """\
usage: python -m badak.book SCRIPT.py [ARGUMENTS]

Run a script of the book "Deep Learning from Scratch" as it is printed: its imports of common,
dataset, two_layer_net, layer_naive, simple_convnet and deep_convnet find badak's modules.
Modules in the script's own folder are used first. Without a display, pictures are saved in the
working directory. MNIST is read from the folder that BADAK_DATA names, or from badak's cache."""


def main() -> int:
    """Return the exit status: the script's; 2 if it is missing, 130 after Ctrl-C."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(USAGE, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    try:
        return run(Path(arguments[0]), arguments[1:])
    except BadakError as fault:
        print(f"badak.book: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
