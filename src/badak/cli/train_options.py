"""The options of `badak train`, in the groups in which its help shows them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from badak import models, optim
from badak.cli.folds import folds_option
from badak.cli.near import one_of
from badak.cli.opened import data_dir_option
from badak.cli.splits import group_option, split_option
from badak.cli.workers import address_option, timeout_option, workers_option
from badak.data.augment import AUGMENTATIONS, named
from badak.errors import BadakError
from badak.pretrained import PUBLISHED, finetune
from badak.training.weights import BALANCED

POSITIVE = click.IntRange(min=1)
Decorator = Callable[[Any], Any]


def _group(*options: Decorator) -> Decorator:
    """Several options as one decorator; the help shows them in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _augmentations(names: str) -> str:
    """Return names of augmentations, with commas between, or none."""
    if names != "none":
        try:
            named(names)
        except BadakError as fault:
            raise click.BadParameter(str(fault).removeprefix("augment ")) from None
    return names


# The network: a model by name or layers by hand, and how its weights start.
network_options = _group(
    click.option(
        "--model",
        type=one_of(models.MODELS),
        metavar="NAME",
        default="simple",
        show_default=True,
        help=f"Train this network: {', '.join(models.MODELS)}.",
    ),
    click.option(
        "--layers",
        metavar="LIST",
        help="Train a network of these layers, such as "
        '"conv 30 5, relu, pool 2, flatten, linear 10".',
    ),
    click.option(
        "--weight-init",
        metavar="he|xavier|STD",
        help="How to draw the initial weights; a number is their standard deviation.  "
        "[default: the model's]",
    ),
    click.option(
        "--pretrained",
        metavar="NAME|FILE",
        help=f"For folder:PATH: begin with a network that learnt elsewhere, and fit a new head to "
        f"its features: {', '.join(PUBLISHED)}, or a file (.onnx, .safetensors, .pth).",
    ),
    click.option(
        "--finetune",
        is_flag=False,
        flag_value=finetune.LAST,
        metavar="[last|all|NAMES]",
        help="With --pretrained: train layers too, after the head: the last ones, all, or those "
        "that patterns such as 'block7.*,block8.*' name.",
    ),
)

# One step: which images it sees, and the rule that learns from them.
step_options = _group(
    click.option(
        "--optimizer",
        type=click.Choice(list(optim.OPTIMIZERS)),
        help="Update the weights by this rule.  [default: the model's]",
    ),
    click.option(
        "--weight-decay",
        type=float,
        help="L2 penalty.  [default: the model's; with --optimizer, the optimizer's]",
    ),
    click.option(
        "--batch-size", type=int, help="Images per step.  [default: 100; fewer for small data sets]"
    ),
    click.option(
        "--augment",
        type=_augmentations,
        metavar="NAMES",
        help=f"Vary the training images, by one of these or several with commas between: "
        f"{', '.join(AUGMENTATIONS)}; or none.  [default: chosen by model and data set]",
    ),
    click.option(
        "--label-smoothing",
        type=float,
        metavar="SHARE",
        help="Spread this share of each label over all classes; the losses shown include it.",
    ),
    click.option(
        "--seed", type=int, default=0, show_default=True, help="The same seed gives the same bits."
    ),
)

# How long it learns, at which rate, and from which classes.
training_options = _group(
    click.option("--epochs", type=int, help="Train for this many epochs.  [default: the model's]"),
    click.option(
        "--lr",
        type=float,
        help="Learning rate.  [default: the model's, lower for small data sets; with --optimizer, "
        "the optimizer's]",
    ),
    click.option(
        "--schedule",
        type=click.Choice([*optim.SCHEDULES, "none"]),
        help="Change the learning rate during training.  [default: the model's]",
    ),
    click.option(
        "--class-weight",
        type=click.Choice([BALANCED]),
        help="Let each class count alike in the loss, however few images it has.",
    ),
    click.option(
        "--balance",
        is_flag=True,
        help="Draw each class equally often, however few images it has.",
    ),
    click.option(
        "--ema",
        type=float,
        metavar="DECAY",
        help="Measure and save an average of the weights over about 1 / (1 - DECAY) steps, such "
        "as 0.999.",
    ),
    click.option(
        "--early-stopping",
        type=POSITIVE,
        metavar="N",
        help="Stop after N epochs without a new best.",
    ),
)

# Which images, and in which size.
data_options = _group(
    data_dir_option,
    click.option(
        "--image-size",
        type=POSITIVE,
        metavar="PIXELS",
        help="For folder:PATH: resize images to squares of this side.  [default: 32]",
    ),
    click.option("--skip-corrupt", is_flag=True, help="For folder:PATH: skip damaged images."),
    split_option,
    group_option,
    folds_option,
    click.option(
        "--limit-train", type=POSITIVE, metavar="N", help="Train on the first N images only."
    ),
    click.option(
        "--limit-test", type=POSITIVE, metavar="N", help="Test on the first N images only."
    ),
)

# By how many processes, and what they send each other.
parallel_options = _group(
    workers_option,
    address_option,
    timeout_option,
    click.option(
        "--accumulate",
        type=POSITIVE,
        metavar="K",
        help="Add the gradients of K batches before each update, as if BATCH_SIZE were K times as "
        "large.",
    ),
    click.option(
        "--sync-every",
        type=POSITIVE,
        metavar="K",
        help="Let each worker make K updates by itself before all take the mean of their weights.",
    ),
    click.option(
        "--half-gradients", is_flag=True, help="Send gradients as bfloat16, half as wide."
    ),
    click.option(
        "--sync-batch-norm",
        is_flag=True,
        help="Normalise by the statistics of all workers' images, not of each worker's own.",
    ),
)

# Where the run lies, what is recorded, and how it goes on.
run_options = _group(
    click.option(
        "--run-dir",
        type=click.Path(path_type=Path),
        help="Write everything to this directory.  [default: runs/DATASET-MODEL]",
    ),
    click.option(
        "--resume",
        is_flag=True,
        help="Continue the run in --run-dir where it stopped, bit for bit.",
    ),
    click.option(
        "--accept-other-bits",
        is_flag=True,
        help="Resume even if another processor, edition or version will change the bits.",
    ),
    click.option(
        "--checkpoint-every",
        type=POSITIVE,
        metavar="STEPS",
        help="Write a checkpoint every STEPS steps, not only after each epoch.",
    ),
    click.option(
        "--max-steps",
        type=POSITIVE,
        metavar="STEPS",
        help="Stop after STEPS steps, to resume later.",
    ),
    click.option(
        "--evaluate-sample",
        type=POSITIVE,
        metavar="N",
        help="Measure only N training and N test images after each epoch.",
    ),
    click.option(
        "--snapshots",
        type=POSITIVE,
        metavar="STEPS",
        help="Record filters and feature maps every STEPS steps, for `badak inspect`.",
    ),
    click.option(
        "--mlflow",
        is_flag=True,
        help="Also send the numbers to the MLflow server that MLFLOW_TRACKING_URI names.",
    ),
    click.option(
        "--tensorboard", is_flag=True, help="Also write files for TensorBoard, to RUN/tensorboard."
    ),
    click.option("--live", type=int, hidden=True),  # for `badak serve`: descriptor for packets
)
