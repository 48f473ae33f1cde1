"""`badak check`: what is wrong with the reader's own code, and where."""

from dataclasses import replace
from pathlib import Path

import click

from badak import terminal
from badak.cli.words import say
from badak.errors import BadakError, FormatError
from badak.languages import chosen
from badak.lessons import check
from badak.lessons.check.tell import STEPS


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--hint",
    type=click.IntRange(1, STEPS),
    default=1,
    show_default=True,
    help="Show so many hints; the last is the answer.",
)
@click.option(
    "--class",
    "folder",
    type=click.Path(path_type=Path),
    help="Check every Python file in FOLDER and print a table.",
    metavar="FOLDER",
)
def command(file: Path | None, hint: int, folder: Path | None) -> int:
    """Check the functions, layers and networks of FILE, a Python file in the book's forms.

    The code runs in its own process, with limits of time and memory, but with your rights. What is
    right is noted in badak-progress.json beside FILE. The exit code is 1 if something is wrong.
    """
    if (file is None) == (folder is None):
        raise click.UsageError("expected either FILE or --class FOLDER")
    language = chosen()
    if folder is not None:
        return _class(folder, language)
    path = Path(file or "")
    report = check.check_file(path)
    for line in check.tell(report, language, hint).split("\n"):
        say(line)
    if report.findings or report.right:
        try:
            check.record(report, path.resolve().parent)
        except BadakError as fault:
            say(f"Caution: {fault}", err=True)
    return int(bool(report.findings))


def _class(folder: Path, language: str) -> int:
    if not folder.is_dir():
        raise BadakError(f"--class must name a folder; got {folder}")
    paths = sorted(path for path in folder.rglob("*.py") if path.is_file())
    if not paths:
        raise BadakError(f"{folder} holds no Python files: put the pupils' files into it")
    reports = []
    for number, path in enumerate(paths, 1):
        say(f"{number}/{len(paths)}: {path.relative_to(folder)}", err=True)
        reports.append(_named(_checked(path), str(path.relative_to(folder))))
    terminal.console().print(check.class_table(reports, str(folder), language))
    return int(any(report.findings for report in reports))


def _checked(path: Path) -> check.Report:
    """The report; one that says so if the file cannot be read, so that the others are checked."""
    try:
        return check.check_file(path)
    except FormatError as fault:
        values = {"text": str(fault)}
        return check.Report(
            path.name, (check.Finding(path.name, "unreadable", 0, "unreadable", values),)
        )


def _named(report: check.Report, name: str) -> check.Report:
    """The report with the file's path within the folder: pupils' files may have one name."""
    return replace(report, file=name)
