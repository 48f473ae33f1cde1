"""`badak push`: a run's model on the Hugging Face Hub, with its card."""

import dataclasses
import tempfile
from pathlib import Path

import click

from badak.cli.calibration import NAME as CALIBRATION
from badak.cli.export import Result, card
from badak.cli.opened import model_file, open_run, run_argument
from badak.cli.words import say
from badak.formats import hub
from badak.training import RunDirectory

CARD = "README.md"
LOADING = """```sh
pip install 'badak[hub]'
badak pull {repository}
badak predict runs/{name} IMAGE
```"""


@click.command()
@run_argument
@click.argument("repository", metavar="USER/NAME")
@click.option("--private", is_flag=True, help="A new repository is seen by its owner alone.")
@click.option(
    "--license", "licence", metavar="NAME", help="The model's licence, such as mit or apache-2.0."
)
def command(run: Path, repository: str, private: bool, licence: str | None) -> None:
    """Put the model of RUN on the Hugging Face Hub, with a card and the run's options.

    Who you are there, `hf auth login` or HF_TOKEN says. Paths of your folders are not sent.
    """
    opened = open_run(run, None)
    kind, colon, _ = opened.config.dataset.partition(":")
    shown = f"{kind}:{opened.config.data_name}" if colon else kind
    weights = opened.config.pretrained and Path(opened.config.pretrained).name
    config = dataclasses.replace(opened.config, dataset=shown, data_dir=None, pretrained=weights)
    name = repository.rpartition("/")[2]
    loading = LOADING.format(repository=repository, name=name)
    words = card(name, "pushed", dataclasses.replace(opened, config=config), Result((), loading))
    front = {"library_name": "badak", "pipeline_tag": "image-classification", "license": licence}
    lines = [f"{key}: {value}" for key, value in front.items() if value]
    with tempfile.TemporaryDirectory() as folder:
        copy = RunDirectory(Path(folder))
        config.save(copy)
        files = {copy.config.name: copy.config.read_bytes()}
    # The weights as they are: a calibration, which belongs to these very bytes, goes beside them.
    files[copy.model.name] = model_file(opened.run).read_bytes()
    if opened.calibration is not None:
        files[CALIBRATION] = (opened.run.path / CALIBRATION).read_bytes()
    files[CARD] = "\n".join(["---", *lines, "---", "", words]).encode()
    say(hub.push(repository, files, private))
