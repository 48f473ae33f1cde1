"""How cost grows: start-up, memory, and time over batch, image and CPUs; as plots.

    python benchmarks/growth.py FOLDER [--peers NAMES] [--rounds N]

writes FOLDER/growth.json and the plots (`plots.py`). Peers must agree and take turns as in
`badak bench`; the network is ResNet-8, which takes images of every size.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import compare
import plots
from badak import models
from cases import PEERS, Case, table, task_of
from networks import NETWORKS
from team import Fault, Worker, environment

DEFAULT_PEERS = "badak,torch-eager,torch-channels-last,onnxruntime"
BATCHES = (1, 4, 16, 64, 256, 1024)
SIZES = (16, 32, 64, 128, 256, 512)
# Images in a batch while their size grows, and while the CPUs do.
FEW, MANY = 4, 128
# Too large to be trained beside others on a small machine.
LARGE = ("alexnet",)


def cpu_counts():
    """1, 2, 4 and so on, and all there are."""
    most = len(os.sched_getaffinity(0))
    return sorted({min(2**power, most) for power in range(most.bit_length())} | {most})


def curves():
    """Name -> value on the axis -> (case's arguments, CPUs)."""
    sized = {size: partial(models.ResNet8, image_size=size) for size in SIZES}
    return {
        "batch": {batch: ((models.ResNet8, batch), None) for batch in BATCHES},
        "image": {size: ((make, FEW), None) for size, make in sized.items()},
        "cpus": {count: ((models.ResNet8, MANY), count) for count in cpu_counts()},
    }


def measure_curve(points, peers, rounds, say):
    """Kind -> peer -> value on the axis -> median seconds and memory."""
    found = {"train": {}, "forward": {}}
    for kind, lines in found.items():
        for value, (arguments, cpus) in points.items():
            say(f"{kind} {value}")
            part = [peer for peer in peers if kind == "forward" or peer != "onnxruntime"]
            line = compare.measure_case("", Case(kind, *arguments), part, rounds, {}, cpus)
            for peer, numbers in line["peers"].items():
                if "fault" in numbers:
                    say(f"{peer}: {numbers['fault']}")
                else:
                    kept = {key: numbers[key] for key in ("median", "memory")}
                    lines.setdefault(peer, {})[value] = kept
    return found


def measure_start(peers, rounds, say):
    """Peer -> median seconds of its libraries' import, and from start to the first prediction."""
    task, _ = task_of(Case("forward", models.ResNet8, 1))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        task.save(folder)
        for peer in peers:
            say(peer)
            times = {"import": [], "first prediction": []}
            try:
                for _ in range(1 + rounds):  # the first one warms the disk's cache
                    times["import"].append(seconds_of_import(PEERS[peer].libraries[0]))
                    times["first prediction"].append(seconds_of_first(peer, folder))
            except Fault as fault:
                say(f"{peer}: {fault}")
                continue
            found[peer] = {name: sorted(values[1:])[rounds // 2] for name, values in times.items()}
    return found


def seconds_of_import(library):
    start = time.perf_counter()
    words = [sys.executable, "-c", f"import {library}"]
    subprocess.run(words, check=True, capture_output=True, env=environment())
    return time.perf_counter() - start


def seconds_of_first(peer, folder):
    start = time.perf_counter()
    worker = Worker(PEERS[peer].module, peer)
    try:
        worker.ask(prepare=folder)
        return time.perf_counter() - start
    finally:
        worker.close()


def measure_memory(peers, say):
    """Network -> peer -> bytes its process holds at most in training steps."""
    cases, found = table(), {}
    for name in NETWORKS:
        if name not in LARGE:
            say(name)
            trains = [peer for peer in peers if peer != "onnxruntime"]
            line = compare.measure_case("", cases[f"{name}-train"], trains, 1, {})
            found[name] = {
                peer: numbers["memory"]
                for peer, numbers in line["peers"].items()
                if "memory" in numbers
            }
    return found


def main(folder, patterns, rounds):
    chosen = compare.chosen(PEERS, patterns, "peer")
    peers = [peer for peer in chosen if compare.installed(peer)]

    def say(words):
        print(words, file=sys.stderr, flush=True)

    folder.mkdir(parents=True, exist_ok=True)
    results = {"machine": compare.machine(), "versions": compare.versions()}
    results["start"] = measure_start(peers, rounds, say)
    for name, points in curves().items():
        results[name] = measure_curve(points, peers, rounds, say)
    results["memory"] = measure_memory(peers, say)
    (folder / "growth.json").write_text(json.dumps(results, indent=1))
    plots.draw(json.loads(json.dumps(results)), folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure how cost grows, and draw it.")
    parser.add_argument("folder", type=Path, help="where growth.json and the plots go")
    parser.add_argument("--peers", default=DEFAULT_PEERS, help="such as badak,torch-*")
    parser.add_argument("--rounds", type=int, default=3, help="how often each peer is measured")
    arguments = parser.parse_args()
    main(arguments.folder, arguments.peers, arguments.rounds)
