"""`badak bench`: badak against other libraries on this machine. The work is in benchmarks/."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from badak import storage, terminal
from badak.errors import BadakError

# The modules in the folder that this command calls.
COMPARE, REPORT = "compare", "report"


@click.command()
@click.option(
    "--cases",
    default="*",
    metavar="NAMES",
    help="Measure these cases, such as simple-train,lenet-*,gemm-*.",
)
@click.option(
    "--peers",
    default="*",
    metavar="NAMES",
    help="Measure these libraries, such as badak,torch-*,onnxruntime.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=7,
    show_default=True,
    help="How often each peer is measured.",
)
@click.option(
    "--json", "target", type=click.Path(path_type=Path), help="Write the results to this file."
)
@click.option(
    "--benchmarks",
    type=click.Path(path_type=Path),
    default=Path("benchmarks"),
    show_default=True,
    help="The folder `benchmarks` of a clone of badak.",
)
def command(cases: str, peers: str, rounds: int, target: Path | None, benchmarks: Path) -> None:
    """Measure badak and its peers in turns; show ratios and percent of the FMA peak.

    The cases are training steps, forward passes, matrix products and whole commands. All peers
    must compute the same result before any is timed; missing peers are skipped.
    """
    compare, report = _load(benchmarks)
    console = terminal.console()
    with terminal.progress_bar(console) as bar:
        task = bar.add_task("", figures="")

        def on_case(name: str, done: int, all_of: int) -> None:
            bar.update(task, description=name, completed=done, total=all_of)

        results = compare.measure(cases, peers, rounds, on_case)
        bar.update(task, visible=False)
    if target is not None:
        storage.write_atomically(target, json.dumps(results, indent=1).encode())
    for line in report.heading(results):
        click.echo(line)
    for title, headings, rows in report.tables(results):
        click.echo()
        console.print(terminal.table(title, headings, rows, numbers=headings[1:]))
    for line in ["", *report.faults(results)]:
        click.echo(line, err=True)


def _load(folder: Path) -> tuple[Any, Any]:
    """Load the folder's two modules, or say where to find it."""
    if not all((folder / f"{name}.py").is_file() for name in (COMPARE, REPORT)):
        raise BadakError(
            f"{folder} does not hold badak's benchmarks, which are not installed with it: clone "
            "badak and run this command there, or name the clone's folder by --benchmarks PATH"
        )
    sys.path.insert(0, str(folder.absolute()))
    return importlib.import_module(COMPARE), importlib.import_module(REPORT)
