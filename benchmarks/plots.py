"""The plots of growth.py's results; `python benchmarks/plots.py FOLDER` draws them again."""

import json
import sys
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, ScalarFormatter

COLOURS = {
    "badak": "#1f6feb",
    "torch-eager": "#d9480f",
    "torch-channels-last": "#f08c00",
    "torch-compile": "#e03131",
    "onnxruntime": "#2b8a3e",
    "jax": "#7048e8",
}
# What grows: the axis's words, and by what a step's time is divided, so that a level line says
# that cost grows as the work does.
AXES = {
    "batch": ("images in a batch", "milliseconds per image", lambda value: value),
    "image": ("rows and columns", "milliseconds per 1,000 pixels", lambda value: value**2 / 1e3),
    "cpus": ("CPUs", "milliseconds per step", lambda value: 1),
}
KINDS = {"train": "Training step", "forward": "Prediction"}


def curve(name, kinds):
    """One plot per kind of step."""
    across, up, work = AXES[name]
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    for axes, (kind, title) in zip(figure.subplots(1, 2), KINDS.items(), strict=True):
        for peer, points in kinds[kind].items():
            values = sorted(map(int, points))
            times = [1e3 * points[str(value)]["median"] / work(value) for value in values]
            axes.plot(values, times, "o-", color=COLOURS.get(peer), label=peer, markersize=4)
        finish(axes, title, across, up, values)
    return figure


def finish(axes, title, across, up, values):
    axes.set(title=title, xlabel=across, ylabel=up, xscale="log", yscale="log", xticks=values)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(ScalarFormatter())
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def bars(groups, title, across, scale):
    """A group of bars per name, a bar per peer; `groups` is name -> peer -> value."""
    peers = list(dict.fromkeys(peer for values in groups.values() for peer in values))
    figure = Figure(figsize=(9, 1.2 + 0.16 * len(groups) * (len(peers) + 1)), layout="constrained")
    axes, height = figure.subplots(), 1 / (len(peers) + 1)
    for place, peer in enumerate(peers):
        own = [(row, values[peer]) for row, values in enumerate(groups.values()) if peer in values]
        rows = [row + place * height for row, _ in own]
        lengths = [scale * value for _, value in own]
        drawn = axes.barh(rows, lengths, height, color=COLOURS.get(peer), label=peer)
        axes.bar_label(drawn, fmt="{:,.3g}", padding=2, fontsize=7)
    middle = height * (len(peers) - 1) / 2
    axes.set_yticks([row + middle for row in range(len(groups))], list(groups))
    axes.invert_yaxis()
    axes.set(title=title, xlabel=across)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    return figure


def memory_over_batch(points):
    """Peer -> value -> its numbers, as groups of bars."""
    values = dict.fromkeys(value for lines in points.values() for value in lines)
    return {
        f"{value} images": {
            peer: lines[value]["memory"] for peer, lines in points.items() if value in lines
        }
        for value in values
    }


def figures(results):
    """File name -> figure."""
    start = {
        name: {peer: times[name] for peer, times in results["start"].items()}
        for name in ("import", "first prediction")
    }
    memory, batches = results["memory"], memory_over_batch(results["batch"]["train"])
    mebibytes, title = 2**-20, "Most memory of a training process"
    return {
        "start": bars(start, "From the start of the process", "seconds", 1),
        "memory": bars(memory, f"{title}, by network", "MiB", mebibytes),
        "memory_batch": bars(batches, f"{title}, ResNet-8", "MiB", mebibytes),
        **{name: curve(name, results[name]) for name in AXES},
    }


def draw(results, folder):
    """Write every plot to the folder."""
    for name, figure in figures(results).items():
        figure.savefig(folder / f"{name}.png", dpi=120)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    draw(json.loads((place / "growth.json").read_text()), place)
