"""A history's curves and last epochs as HTML, for a notebook."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from badak.notebook import Line, chart, table

if TYPE_CHECKING:
    from badak.training.history import EpochRecord, History

SHOWN = 5  # epochs in the table


def curves(history: "History") -> str:
    """Draw loss and accuracy by epoch, or by step before the first epoch ended."""
    by_epoch = bool(history.epochs)
    charts = [_chart(history, measure, by_epoch) for measure in ("loss", "accuracy")]
    last = _last(history.epochs[-SHOWN:])
    count = f"{len(history.steps):,} steps, {len(history.epochs):,} epochs"
    title = count if len(history.epochs) <= SHOWN else f"{count}; the last {SHOWN}"
    columns = ["Epoch", "Step", "Loss", "Accuracy", "Validation loss", "Validation accuracy"]
    numbers = table(title, columns, last, numbers=columns) if last else f"<p>{count}</p>"
    style = "display:flex;flex-wrap:wrap;gap:.5em 1.5em"
    return f"<div style='{style}'>{''.join(charts)}</div>{numbers}"


def _chart(history: "History", measure: str, by_epoch: bool) -> str:
    if by_epoch:
        lines = [
            Line(part, [(epoch.epoch, getattr(epoch, f"{part}_{measure}")) for epoch in
                        history.epochs])
            for part in ("train", "validation")
        ]  # fmt: skip
    else:
        lines = [Line("train", [(step.step, getattr(step, measure)) for step in history.steps])]
    title = f"{measure.capitalize()} by {'epoch' if by_epoch else 'step'}"
    return chart(title, lines, low=0.0 if measure == "loss" else None)


def _last(epochs: Sequence["EpochRecord"]) -> list[list[str]]:
    return [
        [f"{record.epoch}", f"{record.step:,}"]
        + ["" if value != value else f"{value:.4f}" for value in record[2:]]
        for record in epochs
    ]
