"""`badak`: the group of commands, each loaded when it is called."""

import atexit
import gc
import importlib
import io
import platform
import signal
import sys
from typing import Any

import click

import badak
from badak import terminal
from badak.cli.language import in_languages, language_of
from badak.cli.words import cautions, follows, in_options, say
from badak.errors import BadakError, did_you_mean
from badak.languages import speaking, translated

# name -> one line; the command is in the module of that name, or the one that MODULES names.
COMMANDS = {
    "data": "Look at a data set before training.",
    "train": "Train a model on a data set.",
    "sweep": "Try many settings, and find the best.",
    "lr-find": "Suggest a learning rate.",
    "evaluate": "Measure a trained model on its test images.",
    "predict": "Classify image files.",
    "calibrate": "Make a trained model's probabilities honest.",
    "runs": "Compare runs in one table.",
    "inspect": "Look inside a trained model.",
    "serve": "Open a page that looks into a network, and trains.",
    "export": "Write a trained model as a web page, C source or ONNX.",
    "push": "Put a trained model on the Hugging Face Hub.",
    "pull": "Bring a model from the Hugging Face Hub.",
    "profile": "Show which layers take the time of a training step.",
    "check": "Find what is wrong with your own layers.",
    "course": "Show where the course is, or make an offline kit of it.",
    "bench": "Measure badak against other libraries.",
    "verify-resume": "Prove that a killed run resumes to the same bits.",
}
# Commands that stand on more than this package may import; only their names are known here.
MODULES = {"serve": "badak.web.command"}


class _Commands(click.Group):
    """Imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context | None, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        place = MODULES.get(name, f"badak.cli.{name.replace('-', '_')}")
        module = importlib.import_module(place)
        command: click.Command = module.command
        return in_languages(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"No such command {name!r}{did_you_mean(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadakError as fault:
            command = self.get_command(ctx, ctx.invoked_subcommand or "")
            fault.args = (in_options(str(fault), command),)
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted:
        return
    import numpy as np

    say(f"badak {badak.__version__}")
    say(f"Python {platform.python_version()}, NumPy {np.__version__}")
    say(f"native core: {native_core()}")
    ctx.exit()


def native_core() -> str:
    """Say whether the native core was built, by which compiler, and what it runs on."""
    from badak.ops import processor

    core = processor.core()
    if core is None:
        return "not built (no compiler at install time); the NumPy reference computes everything"
    usable = ", ".join(core.usable_sets())
    return (
        f"built by {core.compiler()}; runs {core.active_set()} of {usable}; "
        f"threads: {core.num_threads()}"
    )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    callback=_version,
    expose_value=False,
    is_eager=True,
    help="Show the versions and the state of the native core.",
)
def cli() -> None:
    """Train small convolutional networks on an ordinary CPU, and look inside them."""


in_languages(cli)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an error becomes one line on standard error and exit code 2."""
    # The process's memory is freed as a whole: a search through Matplotlib's objects for what can
    # be freed one by one would delay the end by a fifth of a second.
    atexit.register(gc.freeze)
    terminal.write_any_text()
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)  # no traceback at the end either
    words = sys.argv[1:] if arguments is None else arguments
    try:
        with speaking(language_of(words)), cautions():
            _run(words)
    except KeyboardInterrupt:  # while click was not running, or had begun to report a fault
        sys.exit(128 + signal.SIGINT)


def _run(arguments: list[str]) -> None:
    try:
        _check_text(arguments)
        sys.exit(cli.main(arguments, prog_name="badak", standalone_mode=False))
    except click.ClickException as fault:
        _show(fault)
        sys.exit(fault.exit_code)
    except BadakError as fault:
        _complain(str(fault))
    except MemoryError:
        _complain("out of memory: use a smaller batch, image or model")
    except OSError as fault:
        _complain(f"{fault.filename or 'the system'}: {fault.strerror or fault}")
    except click.Abort as abort:
        sys.exit(_report_stop(abort.__cause__))


def _show(fault: click.ClickException) -> None:
    """Print a fault of the arguments as click does, in the language in use."""
    if follows():
        return
    page = io.StringIO()
    fault.show(page)
    for line in page.getvalue().splitlines():
        click.echo(translated(line), err=True)


def _report_stop(stop: BaseException | None) -> int:
    """Say why the command stopped and how to continue, and return the exit code.

    The caller must not keep `stop` in a variable: its traceback refers to the caller's frame, and
    nothing frees such a cycle, with the network in it, when the process ends.
    """
    if stop is not None and str(stop):
        say(str(stop), err=True)
    return 128 + int(getattr(stop, "signal", signal.SIGINT))


def _check_text(arguments: list[str]) -> None:
    """Refuse a NUL character in any argument: no path can hold one."""
    for word in arguments:
        if "\0" in word:
            raise BadakError(f"no argument may hold a NUL character; got {word!r}")


def _complain(words: str) -> None:
    say(f"Error: {' '.join(words.split())}", err=True)
    sys.exit(2)
