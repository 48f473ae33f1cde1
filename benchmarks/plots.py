"""The plots of growth.py's results; `python benchmarks/plots.py FOLDER` draws them again."""

import json
import sys
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

# How each peer is called and drawn.
PEERS = {
    "badak": ("badak", "#1f6feb"),
    "torch-eager": ("PyTorch", "#d9480f"),
    "torch-channels-last": ("PyTorch, channels last", "#f08c00"),
    "torch-compile": ("PyTorch, compiled", "#e03131"),
    "onnxruntime": ("ONNX Runtime", "#2b8a3e"),
    "jax": ("JAX", "#7048e8"),
}
# What grows: the title, the axis's words, and by what a step's time is divided, so that a level
# line says that cost grows as the work does.
AXES = {
    "batch": (
        "ResNet-8, images of 32x32",
        "images in a batch",
        "milliseconds per image",
        lambda value: value,
    ),
    "image": (
        "ResNet-8, batches of 4",
        "rows and columns of an image",
        "milliseconds per 1,000 pixels",
        lambda value: value**2 / 1e3,
    ),
    "cpus": ("ResNet-8, batches of 128", "CPUs", "milliseconds per step", lambda value: 1),
}
KINDS = {"train": "Training step", "forward": "Prediction"}
SMALL = {"fontsize": 8, "color": "#555555"}


def words(value, place=None):
    """A number as a reader likes it: 1,170; 61; 0.081; `place` is matplotlib's."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def drawn(peer):
    """How a peer's line or bars look."""
    name, colour = PEERS.get(peer, (peer, None))
    return {"label": name, "color": colour}


def curve(name, kinds):
    """One plot per kind of step."""
    title, across, up, work = AXES[name]
    figure = Figure(figsize=(9.5, 4.4), layout="constrained")
    named = {}
    for axes, (kind, words_of_kind) in zip(figure.subplots(1, 2), KINDS.items(), strict=True):
        every = set()
        for peer, points in kinds[kind].items():
            values = sorted(map(int, points))
            every.update(values)
            times = [1e3 * points[str(value)]["median"] / work(value) for value in values]
            (line,) = axes.plot(values, times, "o-", markersize=4, **drawn(peer))
            named.setdefault(line.get_label(), line)
        axes.set(title=words_of_kind, xlabel=across, ylabel=up)
        finish(axes, sorted(every))
    dress(figure, f"{title}: less is better", named)
    return figure


def finish(axes, values):
    """Logarithmic axes with plain numbers."""
    axes.set(xscale="log", yscale="log", xticks=values)
    low, high = axes.get_ylim()
    steps = (1, 1.5, 2, 3, 5, 7) if high < 10 * low else (1, 2, 5) if high < 300 * low else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=steps, numticks=20))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(words))
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def dress(figure, title, named):
    """The title, and below the plots who is who: nothing drawn is hidden."""
    figure.suptitle(title)
    figure.legend(
        named.values(), named.keys(), loc="outside lower center", ncols=len(named), frameon=False
    )


def bars(groups, title, across, scale):
    """A group of bars per name, a bar per peer; `groups` is name -> peer -> value."""
    peers = list(dict.fromkeys(peer for values in groups.values() for peer in values))
    rows = len(groups) * (len(peers) + 1)
    figure = Figure(figsize=(9.5, 1.6 + 0.16 * rows), layout="constrained")
    axes, height = figure.subplots(), 1 / (len(peers) + 1)
    named = {}
    for place, peer in enumerate(peers):
        own = [(row, values[peer]) for row, values in enumerate(groups.values()) if peer in values]
        places = [row + place * height for row, _ in own]
        lengths = [scale * value for _, value in own]
        made = axes.barh(places, lengths, height, **drawn(peer))
        axes.bar_label(made, labels=list(map(words, lengths)), padding=2, fontsize=7)
        named.setdefault(made.get_label(), made)
    middle = height * (len(peers) - 1) / 2
    axes.set_yticks([row + middle for row in range(len(groups))], list(groups))
    axes.set_ylim(len(groups) - height / 2, -height * 1.5)  # the first one on top
    axes.margins(x=0.08)  # room for the numbers
    axes.set(xlabel=across)
    axes.xaxis.set_major_formatter(FuncFormatter(words))
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    dress(figure, f"{title}: less is better", named)
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
    """Write every plot to the folder; each says where it was measured."""
    about = results["machine"]
    where = f"{about['processor']}, {about['cpus']} CPUs, {about['day']}"
    for name, figure in figures(results).items():
        figure.text(0.995, 0.995, where, ha="right", va="top", **SMALL)
        figure.savefig(folder / f"{name}.png", dpi=120)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    draw(json.loads((place / "growth.json").read_text()), place)
