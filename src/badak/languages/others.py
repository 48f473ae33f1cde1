"""Sentences for the catalogue that no syntax tree finds, for `tools/languages.py` and the tests."""

import errno
import os

# Click's, in the words of its version 8.
CLICK = (
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Missing argument {name}.",
    "Missing argument {name}. Choose from:",
    "Missing option {name}.",
    "Missing option {name}. Choose from:",
    "Missing command.",
    "No such option {name}.",
    "No such option: {name}",
    " Did you mean {option}?",
    " (Did you mean one of: {options}?)",
    " (Possible options: {options})",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument ({names})",
    "Got unexpected extra arguments ({names})",
    "{value} is not one of {choices}.",
    "{value} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "Show this message and exit.",
    "Usage:",
    "Options",
    "Commands",
    "default: {value}",
    "required",
    "integer range",
    "float range",
)
# The system's, as it says them in English.
SYSTEM = tuple(
    os.strerror(number)
    for number in (
        errno.EACCES,
        errno.EEXIST,
        errno.EISDIR,
        errno.ENOENT,
        errno.ENOSPC,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    )
)
# Put together from pieces.
PIECES = (
    "above {bound}",
    "at least {bound}",
    "below {bound}",
    "at most {bound}",
    "{count} epoch{s} of {optimizer}",
    "{place} names {name}; {refusal}",
    "of epoch {epoch}, the best of {epochs} on the {choosing}",
    "of the best epoch on the {choosing}",
    "after the last step",
    "step {step:,}, accuracy {accuracy:.1%}",
    "step {step:,}",
    "{count:d} to fix",
    "{count:d} to look at",
    "must be an image ({names}); got {kind}",
    "{count} steps at learning rates from {first:.1e} to {last:.1e}",
    "{count:,} training",
    "{count:,} validation",
    "{count:,} test",
    "{count:,} grey",
    "{count:,} colour",
    "{count:,} {form} grey",
    "{count:,} {form} colour",
    "{count:,} {form} colour with transparency",
    "{count:,} image{s}",
    "{count:,} file{s}",
    "{count:,} group{s}",
    "1 class",
    "{count:,} classes",
    "1 entry",
    "{count:,} entries",
    "1 label is",
    "{count:,} labels are",
    "{count:,} image{s} {verb} {what}",
    "{count:,} images are equal files {place}, in {groups}",
    "{count:,} images are near-duplicates {place}, in {groups}",
    "training image {number:d}",
    "validation image {number:d}",
    "test image {number:d}",
    "epoch {epoch:d}/{epochs:d}",
    "{count:d} running",
    "{count:d} stopped early",
    "{count:d} failed",
    "{count:d} lost",
)
# Headings of tables, facts and places in single words; nothing else that is one word is translated.
WORDS = (
    *("Layer", "Layers", "Kind", "Kinds", "Size", "Sizes", "Output", "Params", "FLOPs", "Bytes"),
    *("Sees", "all", "mean", "deviation", "Forward", "Backward", "Time", "Peak", "Convolution"),
    *("Compared", "Finding", "Result", "Class", "Classes", "Images", "Image", "Right", "All"),
    *("Precision", "Recall", "Run", "Data", "Model", "Epochs", "Best", "Accuracy", "Loss", "Rate"),
    *("Fold", "never", "Parts", "Found", "Parameters", "Steps", "Weights", "DIFFERENT", "looking"),
    *("drawing", "Learning", "Filters", "Features", "Predictions", "Reasons", "Cost", "Network"),
    *("Reliability", "Play", "Pause", "Moment", "Contents", "Training", "Validation", "Test"),
    *("ok", "1st", "2nd", "3rd", *(f"{place}th" for place in range(4, 11))),
    *("Trial", "Epoch", "Score", "State", "waiting", "running", "finished", "stopped", "failed"),
    "lost",
)
# Single words that are translated where they stand in a place of a sentence.
INSIDE = (
    *("training", "validation", "test", "held-out"),
    *("finite", "missing", "blank", "integer", "float"),
    *("waiting", "finished", "stopped", "failed", "lost"),
)
