"""`badak export`: a trained model in another format, with its model card beside it."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from badak import __version__, storage
from badak.cli import pretrained
from badak.cli.config import RunConfig
from badak.cli.opened import Opened, data_dir_option, open_run, run_argument
from badak.cli.words import say
from badak.data.catalog import entry_of
from badak.errors import BadakError, needs
from badak.formats.card import escaped, model_card
from badak.training import History, RunDirectory
from badak.training.best import best_epoch
from badak.training.checkpoint import read_history

# Training images that set the ranges of int8; more of them change little.
CALIBRATION = 1000


@dataclass(frozen=True)
class Result:
    """What an export wrote: files, values for the card, and how to load it, in Markdown."""

    files: tuple[Path, ...]
    loading: str
    sizes: dict[str, str] = dataclasses.field(default_factory=dict)
    metrics: dict[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Options:
    """What only some formats have: arithmetic in 8-bit integers, weights in a file of their own."""

    int8: bool
    weights_file: bool


def _c(opened: Opened, path: Path, options: Options) -> Result:
    from badak.formats.c.source import c_source
    from badak.formats.c.text import identifier
    from badak.formats.steps.run_int8 import logits

    calibration, metrics = None, {}
    if options.int8:
        train, test = opened.config.load_data(opened.run)
        some = np.random.default_rng(0).permutation(len(train))[:CALIBRATION]
        calibration = train[some].images
    code = c_source(
        opened.net, path.stem, opened.config.class_names, calibration, options.weights_file
    )
    if options.int8:
        right = logits(code.program, test.images).argmax(axis=1) == test.labels
        metrics = {
            "float32 accuracy": f"{opened.net.evaluate(test).accuracy:.4f} on {len(test):,} images",
            "int8 accuracy": f"{right.mean():.4f} on {len(test):,} images",
        }
    name = identifier(path.stem)
    files = code.save(path)
    upper = name.upper()
    load = (
        f"""
/* bytes: the content of {path.stem}.bin, read or mapped at an address that is a multiple of 4 */
if ({name}_load(bytes, size) != {upper}_LOADED)
    return 1;"""
        if options.weights_file
        else ""
    )
    loading = f"""```c
#include "{files[1].name}"

static float image[{upper}_CHANNELS * {upper}_ROWS * {upper}_COLUMNS];{load}
int k = {name}_predict(image);  /* {name}_class_names[k]; {name}_run gives the logits */
```

Compile with `cc -std=c99 -O2 -c {path.name}`, and link with `-lm`."""
    sizes = {"Working memory": f"{code.ram:,} bytes", "Constants": f"{code.flash:,} bytes"}
    return Result(files, loading, sizes, metrics)


def _html(opened: Opened, path: Path, _: Options) -> Result:
    from badak.formats.page.html import html_page

    prepare = entry_of(opened.config.dataset).prepare
    config = opened.config
    page = html_page(opened.net, path.stem, config.class_names, prepare, config.crop or 1.0)
    storage.write_atomically(path, page.encode())
    return Result((path,), "Open the page in a browser; it works offline.")


def _onnx(opened: Opened, path: Path, _: Options) -> Result:
    with needs("ONNX files need the onnx package", extra="onnx"):
        from badak.formats.onnx.export import export

    export(opened.net, path)
    loading = f"""```python
import onnxruntime

session = onnxruntime.InferenceSession("{path.name}")
(logits,) = session.run(None, {{session.get_inputs()[0].name: images}})  # (N, C, H, W) float32
```"""
    return Result((path,), loading)


# format -> what writes it; its name is the ending of the file's name too.
FORMATS: dict[str, Callable[[Opened, Path, Options], Result]] = {
    "html": _html,
    "c": _c,
    "onnx": _onnx,
}


@click.command()
@run_argument
@click.option(
    "--to", "form", type=click.Choice(list(FORMATS)), required=True, help="The format to write."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: RUN/RUN.FORMAT, or RUN/RUN-int8.c]",
)
@click.option(
    "--int8", is_flag=True, help="For c: compute in 8-bit integers; training images set the ranges."
)
@click.option(
    "--weights-file",
    is_flag=True,
    help="For c: write the weights to a .bin file, which the program loads: for large networks.",
)
@data_dir_option
def command(
    run: Path, form: str, output: Path | None, int8: bool, weights_file: bool, data_dir: Path | None
) -> None:
    """Write the model of RUN in another format, with a model card (FILE.md) beside it.

    html: a web page that runs the model on a digit you draw or an image you drop, and shows what
    each layer computes. c: a C99 file and its header, without malloc, for small machines.
    onnx: opset 17, any batch size (needs badak[onnx]).
    """
    for option, given in (("--int8", int8), ("--weights-file", weights_file)):
        if given and form != "c":
            raise BadakError(f"{option} is for --to c; got --to {form}")
    opened = open_run(run, data_dir)
    if output is None:
        opened.run.refuse_links()
    path = output or run / f"{run.absolute().name}{'-int8' if int8 else ''}.{form}"
    if path.suffix != f".{form}":
        raise BadakError(f"the file for --to {form} must end in .{form}; got {path}")
    result = FORMATS[form](opened, path, Options(int8, weights_file))
    beside = path.with_name(path.name + ".md")
    words = card(path.stem, f"exported to {form}", opened, result)
    storage.write_atomically(beside, words.encode())
    say(opened.weights)
    for name, value in result.metrics.items():
        say(f"{name} {value}")
    for file in (*result.files, beside):
        say(f"{file}  {file.stat().st_size:,} bytes")


def card(title: str, what: str, opened: Opened, result: Result) -> str:
    """Write the model card; `what` was done with the model, as in "exported to onnx"."""
    config = opened.config
    data = {
        "Data set": config.data_name,
        "Images": " x ".join(map(str, config.input_shape)) + " (channels, rows, columns)",
        "Classes": ", ".join(config.class_names),
        "Training": config.about(),
        **pretrained.facts(config),
    }
    files = {file.name: f"{file.stat().st_size:,} bytes" for file in result.files}
    return model_card(
        title,
        f"A {escaped(config.model_name)} network for {len(config.class_names)} classes, "
        f"trained and {what} by badak {__version__}.",
        opened.net,
        data=data,
        metrics={**_measured(opened.run, config), **result.metrics},
        sizes={**files, **result.sizes},
        loading=result.loading,
    )


def _measured(run: RunDirectory, config: RunConfig) -> dict[str, str]:
    """Return what the weights learnt from, and their accuracy on the test images."""
    history = read_history(run.checkpoint) if run.checkpoint.exists() else History()
    if not history.epochs:
        return {}
    best = best_epoch(history.epochs) if run.best.exists() else None
    record = best or history.epochs[-1]
    after = f"after epoch {record.epoch}"
    later = len(history.steps) - record.step
    if best:
        weights = f"{after}, the best of {len(history.epochs)} on the test images"
    else:
        weights = f"{after}{f' and {later:,} further steps' if later else ''}"
    tested = [count for count in (config.evaluate_sample, config.test_images) if count]
    count = f"{min(tested):,} " if tested else ""
    return {
        "Weights": f"those {weights}",
        "Learnt from": _learnt(config),
        f"Test accuracy {after}": f"{record.validation_accuracy:.4f} of {count}test images",
        f"Test loss {after}": f"{record.validation_loss:.4f}, mean of {count}test images",
    }


def _learnt(config: RunConfig) -> str:
    """Say how many images the model learnt from, and whether these are all training images."""
    count = f"{config.train_images:,} " if config.train_images else ""
    share = f"all {count}" if config.limit_train is None else f"{count or 'some '}of the "
    return f"{share}training images of {config.data_name}"
