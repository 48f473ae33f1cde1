"""The command line: wrong words, as standard error shows them."""

import contextlib
import io

from badak.cli.app import main


def _words(*words):
    """Run a command in the folder, and return what it writes to standard error."""

    def call(folder):
        (folder / "file").write_text("no folder")
        (folder / "picture.png").write_bytes(b"hello")
        (folder / "pictures" / "cat").mkdir(parents=True)
        stderr = io.StringIO()
        in_folder, ended = contextlib.chdir(folder), contextlib.suppress(SystemExit)
        stdout = contextlib.redirect_stdout(io.StringIO())
        with in_folder, stdout, contextlib.redirect_stderr(stderr), ended:
            main(list(words))
        return stderr.getvalue().rstrip()

    return call


def _train(*words):
    quick = ("--limit-train", "60", "--limit-test", "30", "--batch-size", "20", "--epochs", "2")
    return _words("train", *quick, *words)


CALLS = {
    "no such command": _words("trian"),
    "a misspelt data set": _train("digit"),
    "a folder without a name": _train("folder:"),
    "a missing folder": _train("folder:nowhere"),
    "a folder without images": _train("folder:pictures"),
    "epochs 0": _train("--epochs", "0"),
    "batch size 0": _train("--batch-size", "0"),
    "batch size over all images": _train("--batch-size", "61"),
    "lr nan": _train("--lr", "nan"),
    "seed -1": _train("--seed", "-1"),
    "weight init": _train("--weight-init", "glorot"),
    "resume without a directory": _train("--resume"),
    "image size of digits": _words("train", "--image-size", "30"),
    "a missing data folder": _words("train", "mnist", "--data-dir", "nowhere"),
    "a run within a file": _train("--run-dir", "file/run"),
    "a run in place of a file": _train("--run-dir", "file"),
    "predict without a run": _words("predict", ".", "picture.png"),
    "evaluate no run": _words("evaluate", "."),
    "evaluate a missing run": _words("evaluate", "nowhere"),
    "inspect no run": _words("inspect", "."),
    "export no run": _words("export", ".", "--to", "onnx"),
    "course in no clone": _words("course"),
    "a NUL character": _words("train", "a\0b"),
}
