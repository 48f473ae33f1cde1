"""A training that is chosen in a form: the words of `badak train` that say the same, checked."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from badak import checks
from badak.cli.config import RunConfig, initial_weights
from badak.cli.recipes import sized
from badak.cli.train import command, config_of, explicit_in
from badak.data.catalog import entry_of
from badak.errors import BadakError
from badak.layers import Flatten, Linear
from badak.network import Network
from badak.network.outline import outline
from badak.network.typed import parse_layers

# Options that say where and how a run is made, and nothing of its result.
ASIDE = (
    "run_dir", "resume", "accept_other_bits", "checkpoint_every", "max_steps", "tensorboard",
    "mlflow", "live", "workers", "address", "timeout",
)  # fmt: skip
LONGEST = 10_000  # characters of one word


def words_of(choices: Mapping[str, Any]) -> list[str]:
    """Return the arguments of `badak train` for its options by name; None and False are left out.

    Example:
        >>> words_of({"dataset": "mnist", "lr": 0.1, "batch_size": None, "balance": True})
        ['mnist', '--lr', '0.1', '--balance']
    """
    options = {param.name: param.opts[0] for param in command.params}
    words: list[str] = []
    for name, value in choices.items():
        if value is None or value is False:
            continue
        text = str(
            checks.integer(value, name, minimum=-checks.LARGEST) if type(value) is int else value
        )
        if "\0" in text or len(text) > LONGEST:
            raise BadakError(f"{name} must be text of at most {LONGEST:,} characters without NUL")
        if name == "dataset":
            if text.startswith("-"):  # it would be read as an option
                entry_of(text)
            words.insert(0, text)
        elif value is True:
            words.append(options[name])
        elif text.startswith("-"):
            words.append(f"{options[name]}={text}")
        else:
            words += [options[name], text]
    return words


def config_from(words: list[str]) -> RunConfig:
    """Return the options that `badak train` would begin with, once they are checked.

    What depends on the images of a folder, such as the batch size for few, is not known yet.

    Raises:
        BadakError: words that `badak train` refuses; the message begins with the option's name.
    """
    options, explicit = options_of(words)
    options = {name: value for name, value in options.items() if name not in ASIDE}
    config = config_of(explicit & options.keys(), None, options)
    _check(config)
    count = entry_of(config.dataset).images
    if count is None:
        return config
    return replace(config, **sized(config.model, min(count, config.limit_train or count), explicit))


def options_of(words: list[str]) -> tuple[dict[str, Any], set[str]]:
    """Return all options of `badak train` as its words say them, and the names of those they name.

    Raises:
        BadakError: as for `config_from`.
    """
    try:
        context = command.make_context("train", list(words), resilient_parsing=False)
        options = dict(context.params)
        return options, explicit_in(context, options)
    except click.BadParameter as fault:
        name = "" if fault.param is None else f"{fault.param.name}: "
        raise BadakError(name + fault.message) from None
    except click.ClickException as fault:
        raise BadakError(fault.format_message()) from None
    except BadakError as fault:
        raise BadakError(re.sub(r"--(\w+)", r"\1", str(fault))) from None


def _check(config: RunConfig) -> None:
    """Refuse numbers that the trainer refuses, and layers that cannot be read."""
    head = Linear(2)
    entry = entry_of(config.dataset)
    if config.layers is not None and entry.shape is None:
        parse_layers(config.layers)
    elif config.layers is not None and entry.shape is not None:
        for fault in outline(config.layers, entry.shape, entry.classes).faults:
            raise BadakError(f"layers: {fault.message}")
    if config.weight_init is not None:
        head = Linear(2, weight_init=initial_weights(config.weight_init))
    config.trainer(Network([Flatten(), head], (1, 1, 1)), progress=False)
