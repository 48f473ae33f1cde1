"""`badak sweep`: many trainings over a space of options, and the best of them."""

import shlex
from pathlib import Path
from typing import Any

import click

from badak import terminal
from badak.cli.chosen import words_of
from badak.cli.sweep_best import Measured, measured
from badak.cli.sweep_plan import Sweep, begin, check_place, planned
from badak.cli.sweep_table import Shown, line, of, table
from badak.cli.train import let_go_of_the_pipe
from badak.cli.trial import train_trial
from badak.cli.words import next_steps, say
from badak.distributed.sweep import (
    METHODS,
    Trial,
    best_trial,
    by_score,
    read_states,
    write_trials,
)
from badak.distributed.sweep.start import started
from badak.distributed.sweep.trials import FAILED, LOST, check_stopped
from badak.errors import BadakError
from badak.training import Interrupted
from badak.training.interruption import BROKEN_PIPE
from badak.training.run import locked

SWEEPS = Path("sweeps")  # where sweeps go without --run-dir
POSITIVE = click.IntRange(min=1)


@click.command()
@click.argument("space", type=click.Path(path_type=Path))
@click.option(
    "--method",
    type=click.Choice(list(METHODS)),
    help="How to choose: "
    + "; ".join(f"{name}, {words}" for name, words in METHODS.items())
    + ".  [default: the file's, or grid if it has only lists, or random]",
)
@click.option(
    "--trials",
    type=POSITIVE,
    metavar="N",
    help="Draw so many combinations.  [default: the file's, or 20]",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="INTEGER",
    help="The same seed draws the same trials.  [default: the file's, or 0]",
)
@click.option(
    "--run-dir",
    type=click.Path(path_type=Path),
    help="Write the trials' runs to this directory.  [default: sweeps/ and the file's name]",
)
@click.option("--resume", is_flag=True, help="Continue the sweep where it stopped.")
@click.option(
    "--workers",
    type=POSITIVE,
    metavar="N",
    help="Train at most N trials side by side.  [default: as many as there are CPUs]",
)
@click.option(
    "--cpus",
    type=POSITIVE,
    metavar="N",
    help="Give each trial N CPUs.  [default: the CPUs, divided among the trials side by side]",
)
@click.option(
    "--address",
    metavar="HOST:PORT",
    help="Use the Ray cluster at this address; --run-dir is a folder that all its machines share.",
)
def command(
    space: Path,
    run_dir: Path | None,
    resume: bool,
    workers: int | None,
    cpus: int | None,
    address: str | None,
    **search: Any,
) -> None:
    """Train a model with many settings, and report the best by its validation score.

    SPACE is a TOML file. It gives each option of `badak train` a value, a list of values to try, or
    a table such as {min = 1e-4, max = 1e-1, log = true}; "-" in an option's name is "_" there.

    Part of the training images is held out to compare the trials (split or folds in SPACE say
    which). The test images are measured once, with the best trial. Each trial is an ordinary run.
    """
    place = SWEEPS / space.stem if run_dir is None else run_dir
    sweep = planned(space, place, search)
    begins = check_place(sweep, resume)
    if not begins:
        read_states(place / "trials.csv", sweep.trials)
        check_stopped(sweep.trials, place)
    if any(trial.left for trial in sweep.trials):
        with started(address) as total:
            place.mkdir(parents=True, exist_ok=True)
            with locked(place):
                if begins:
                    begin(sweep)
                signal = _train(sweep, workers, cpus, total)
        if signal is not None:
            raise _stopped(signal, sweep)
    else:
        say(f"nothing left to train: all {len(sweep.trials)} trials have ended")
    _report(sweep)


def _train(sweep: Sweep, workers: int | None, cpus: int | None, total: int) -> int | None:
    """Train what is left, with so many CPUs in all; return the signal that stopped it, or None."""
    from badak.distributed.sweep.tuned import run  # Ray is an extra

    place = sweep.place.absolute()
    left = sum(trial.left for trial in sweep.trials)
    own = cpus or max(1, total // min(left, workers or total))
    if own > total:
        raise BadakError(f"--cpus must be at most {total}, the CPUs that there are; got {own}")
    side_by_side = min(left, workers or total, total // own)
    say(
        f"{left} of {len(sweep.trials)} trials by {sweep.space.search.method}, {side_by_side} side "
        f"by side, {own} CPU{'s'[: own != 1]} each"
    )
    with Shown(sweep.trials) as shown:

        def changed(trial: Trial) -> None:
            write_trials(place / "trials.csv", sweep.trials)
            shown.changed(trial)

        return run(
            sweep.trials,
            sweep.options,
            train_trial,
            place,
            sweep.space.search,
            own,
            workers,
            changed,
        )


def _stopped(number: int, sweep: Sweep) -> Interrupted:
    """Say how far it came, and how to continue."""
    if number == BROKEN_PIPE:
        let_go_of_the_pipe()
    stop = Interrupted(number)
    ended = sum(not trial.left for trial in sweep.trials)
    stop.args = (
        f"{stop} after {ended} of {len(sweep.trials)} trials; continue with the same command and "
        "--resume",
    )
    return stop


def _report(sweep: Sweep) -> None:
    """Print all trials, the best first; measure that one on the test images, once."""
    console = terminal.console()
    images = "held-out" if "folds" in sweep.space.fixed else "validation"
    console.print(table(by_score(sweep.trials), f"by score, the accuracy on the {images} images"))
    say("")
    for trial in sweep.trials:
        if trial.state in (FAILED, LOST):
            say(line(trial))
    best = best_trial(sweep.trials)
    if best is None:
        raise BadakError(f"none of the {len(sweep.trials)} trials has ended well")
    found = measured(sweep.place, best, sweep.options[best.number])
    _say_best(sweep, best, found)


def _say_best(sweep: Sweep, best: Trial, found: Measured) -> None:
    folds = sweep.space.fixed.get("folds")
    on = f"the mean of {folds} folds" if folds else "the validation images"
    say(f"best: {best.name} ({of(best)}), {best.score:.4f} on {on}")
    say(
        f"the best of {len(sweep.trials)} on the same images has some luck in it: expect less on "
        "new ones"
    )
    say(str(found))
    say(f"{sweep.place}: trials.csv, sweep.toml, best.toml, {sweep.trials[0].name}, ...")
    place = sweep.place / best.name
    if folds:
        options = {
            name: value
            for name, value in sweep.options[best.number].items()
            if name not in ("folds", "group_by_prefix")
        }
        say(f"next, on all training images: badak train {shlex.join(words_of(options))}")
    else:
        say(next_steps(place))
