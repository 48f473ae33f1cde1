"""The tables of a comparison: for the terminal, and as Markdown.

`python benchmarks/report.py RESULTS.json` prints Markdown of what `badak bench --json` kept.
"""

import json
import math
import sys
from pathlib import Path

from cases import FORMS

TORCH = "torch-"
# Processes at work before the start, from which on the times are told to be doubtful.
BUSY = 0.5
VARIANTS = {"torch-eager": "eager", "torch-channels-last": "ch. last", "torch-compile": "compile"}
# Whom each kind of a network's cases is compared with in the means.
AGAINST = {"train": "PyTorch, its best", "forward": "ONNX Runtime", "one": "ONNX Runtime"}
OTHERS = {"onnxruntime": "ONNX RT", "jax": "JAX", "book": "book"}


def best_torch(peers):
    """The PyTorch variant with the smallest median, and its numbers; (None, None) without any."""
    able = {
        name: peer for name, peer in peers.items() if name.startswith(TORCH) and "median" in peer
    }
    return min(able.items(), key=lambda item: item[1]["median"], default=(None, None))


def share(line, peer):
    """Percent of the FMA peak, as text."""
    if not (line["flops"] and line["peak"] and "median" in peer):
        return ""
    return f"{100 * line['flops'] / peer['median'] / line['peak']:.0f} %"


def milliseconds(peer):
    """Three digits at least, none of them lost."""
    if "median" not in peer:
        return "failed"
    number = 1e3 * peer["median"]
    return f"{number:,.0f}" if number >= 100 else f"{number:#.3g}"


def ratio(peer, ours):
    """Their time, and how many times ours it is."""
    if peer is None:
        return ""
    if "median" not in peer or "median" not in ours:
        return milliseconds(peer)
    return f"{milliseconds(peer)} ({peer['median'] / ours['median']:.2g}x)"


def network_table(results):
    """Title, headings and rows of the networks' cases."""
    rows = []
    for name, line in results["cases"].items():
        if line["kind"] not in ("train", "forward"):
            continue
        peers = line["peers"]
        ours = peers.get("badak", {})
        variant, torch = best_torch(peers)
        rows.append(
            [
                name,
                milliseconds(ours) if ours else "",
                share(line, ours),
                ratio(torch, ours),
                VARIANTS.get(variant, ""),
                *(ratio(peers.get(other), ours) for other in OTHERS),
            ]
        )
    title = "Median milliseconds of a step (how many times badak's)"
    return title, ["Case", "badak", "Peak", "PyTorch", "best", *OTHERS.values()], rows


def ratios(results):
    """(group, kind) -> {network: how many times badak's time the peer needs}.

    Training is compared with PyTorch's best, predictions of a batch and of one image with ONNX
    Runtime. A group is the named networks, those drawn from one seed, or all together.
    """
    groups = {}
    for name, line in results["cases"].items():
        network, _, kind = name.rpartition("-")
        if kind not in AGAINST:
            continue
        peers = line["peers"]
        _, other = best_torch(peers) if kind == "train" else ("", peers.get("onnxruntime"))
        if all(peer and "median" in peer for peer in (peers.get("badak"), other)):
            drawn = network.startswith("random-")
            group = f"seed {network.split('-')[1]}" if drawn else "named"
            times = other["median"] / peers["badak"]["median"]
            groups.setdefault((group, kind), {})[network] = times
            groups.setdefault(("all", kind), {})[network] = times
    return groups


def mean_table(results):
    """Geometric mean and worst of `ratios`; nothing where a group has a single network."""
    found = ratios(results)
    names = list(dict.fromkeys(group for group, _ in found if group != "all"))
    rows = []
    for group in names + (["all"] if len(names) > 1 else []):
        for kind, peer in AGAINST.items():
            times = found.get((group, kind), {})
            if len(times) > 1:
                mean = math.exp(sum(map(math.log, times.values())) / len(times))
                worst = min(times, key=times.get)
                cells = [f"{mean:.2f}", f"{times[worst]:.2f}", worst]
                rows.append([f"{group}, {kind}", peer, str(len(times)), *cells])
    headings = ["Networks", "against", "many", "mean", "worst", "which"]
    return "How many times badak's time the peer needs: geometric mean and worst", headings, rows


def memory_table(results):
    """Peak memory of a training process; PyTorch's variant is the one with the smallest need."""
    rows = []
    for name, line in results["cases"].items():
        peers = {key: peer["memory"] for key, peer in line["peers"].items() if peer.get("memory")}
        torch = [memory for key, memory in peers.items() if key.startswith(TORCH)]
        if line["kind"] == "train" and "badak" in peers and torch:
            ours, smallest = peers["badak"], min(torch)
            rows.append(
                [
                    name,
                    f"{ours / 2**20:,.0f}",
                    f"{smallest / 2**20:,.0f}",
                    f"{smallest / ours:.2g}x",
                ]
            )
    return "Peak memory of the process, MiB", ["Case", "badak", "PyTorch", "Ratio"], rows


def product_table(results):
    """One row per product, one column per form."""
    products = {}
    for name, line in results["cases"].items():
        if line["kind"] == "gemm":
            _, shape, form = name.split("-")
            products.setdefault(shape, {})[form] = line
    rows = []
    for shape, lines in products.items():
        cells = [
            " / ".join(
                share(lines[form], lines[form]["peers"].get(peer, {})).removesuffix(" %") or "-"
                for peer in ("badak", "numpy")
            )
            if form in lines
            else ""
            for form in FORMS
        ]
        rows.append([shape, *cells])
    title = "Matrix product m x n x k, percent of the FMA peak: badak / NumPy; t: stored transposed"
    return title, ["Product", *FORMS], rows


def process_table(results):
    """Whole commands."""
    rows = []
    for name, line in results["cases"].items():
        if line["kind"] == "process":
            ours = line["peers"].get("badak", {})
            _, torch = best_torch(line["peers"])
            times = [
                f"{peer['median']:.3g}" if peer and "median" in peer else ""
                for peer in (ours, torch)
            ]
            times_ours = f"{torch['median'] / ours['median']:.2g}x" if all(times) else ""
            rows.append([name, *times, times_ours])
    return "Seconds from start to exit", ["Command", "badak", "PyTorch", "Ratio"], rows


def tables(results):
    """(title, headings, rows) of each table that has rows."""
    parts = (network_table, mean_table, memory_table, product_table, process_table)
    return [table for table in (part(results) for part in parts) if table[2]]


def faults(results):
    """A line for each peer that could not be measured."""
    lines = [f"{peer}: not installed" for peer in results["not installed"]]
    for name, line in results["cases"].items():
        lines += [
            f"{name}, {peer}: {numbers['fault']}"
            for peer, numbers in line["peers"].items()
            if "fault" in numbers
        ]
    return lines


def heading(results):
    """The machine and the versions, in a line each."""
    about, peaks = results["machine"], [line["peak"] for line in results["cases"].values()]
    words = [about["processor"], f"{about['cpus']} CPUs", about["system"], about["day"]]
    if any(peaks):
        words.append(f"FMA peak {middle(peaks) / 1e9:,.0f} GFLOP/s")
    if about["load"] > BUSY:
        words.append(f"a load of {about['load']:.1f} before the start")
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    return [", ".join(words), versions]


def middle(peaks):
    ordered = sorted(peak for peak in peaks if peak)
    return ordered[len(ordered) // 2]


def markdown(results):
    """All of it as Markdown."""
    page = [" \n".join(heading(results))]
    for title, headings, rows in tables(results):
        lines = [headings, ["---"] + ["---:"] * (len(headings) - 1), *rows]
        page += [title + ":", "\n".join(f"| {' | '.join(cells)} |" for cells in lines)]
    page += [f"- {line}" for line in faults(results)]
    return "\n\n".join(page)


if __name__ == "__main__":
    print(markdown(json.loads(Path(sys.argv[1]).read_text())))
