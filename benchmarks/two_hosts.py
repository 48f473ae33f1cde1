"""What a second machine brings: images a second of two hosts against one, measured and predicted.

    tools/two_hosts python benchmarks/two_hosts.py [FILE.json]

`tools/two_hosts` makes two hosts of one machine: network namespaces joined by a link of 1 Gbit/s,
each with one core. Each training runs in turns on the first host alone, while the second one
waits; on both, each for itself, which shows what sharing a memory costs; and on both together.
Predictions come from the link and a step, measured before; not from the runs.
"""

import json
import statistics
import sys
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import badak
from badak import data, models, optim
from badak.distributed import Link, ParallelTrainer, efficiency, load_of, measure_link, mpi
from badak.distributed.communicator import Communicator, OneProcess

ROUNDS = 3
STEPS = 17  # the first one records the plan; 16 are two times eight


class Case(NamedTuple):
    """A training: a model, its images' shape, and a batch of each host."""

    model: str
    shape: tuple[int, int, int]
    batch: int


CASES = [
    Case("resnet20", (3, 32, 32), 128),
    Case("resnet20", (3, 32, 32), 32),
    Case("deep", (1, 28, 28), 100),
    Case("simple", (1, 28, 28), 100),
    Case("lenet", (1, 28, 28), 100),
    Case("mobilenet-v2", (3, 32, 32), 64),
]
WAYS: dict[str, dict[str, Any]] = {
    "each step": {},
    "half": {"half": True},
    "every 8": {"sync_every": 8},
}


def seconds(
    case: Case, net: badak.Network, communicator: Communicator, way: dict[str, Any]
) -> float:
    """The mean time of a step."""
    options = {("half_gradients" if name == "half" else name): way[name] for name in way}
    generator = np.random.default_rng(0)
    count = communicator.size * case.batch * STEPS
    few = generator.random((case.batch, *case.shape), np.float32)
    images = few[np.arange(count) % case.batch]
    trainer = ParallelTrainer(
        net,
        optim.SGD(1e-4),
        communicator=communicator,
        batch_size=case.batch,
        epochs=1,
        evaluate_sample=1,
        progress=False,
        **options,
    )
    with warnings.catch_warnings(action="ignore"):  # noise teaches nothing
        trainer.fit(data.Dataset(images, np.arange(count) % 10))
    took = [step for step, _ in trainer.seconds[1:]]
    # Every eighth step is longer; a median over all would not see it.
    return statistics.fmean(took) if "sync_every" in way else statistics.median(took)


def measured(case: Case, communicator: Communicator, link: Link) -> dict[str, Any]:
    """The efficiency of two hosts, for each way, beside the predicted one."""
    build = models.MODELS[case.model]
    net = build(input_shape=case.shape, num_classes=10, seed=0)
    alone: list[float] = []
    beside: list[float] = []
    together: dict[str, list[float]] = {name: [] for name in WAYS}
    load = load_of(net, case.batch, optim.SGD(1e-4)) if communicator.rank == 0 else None
    for _ in range(ROUNDS):
        if communicator.rank == 0:
            alone.append(seconds(case, net, OneProcess(), {}))
        communicator.barrier()
        beside.append(seconds(case, net, OneProcess(), {}))
        communicator.barrier()
        for name, way in WAYS.items():
            together[name].append(seconds(case, net, communicator, way))
    if load is None:
        return {}
    one = statistics.median(alone)
    return {
        **case._asdict(),
        "megabytes": load.gradient_bytes / 1e6,
        "alone_ms": 1e3 * one,
        "beside": one / statistics.median(beside),
        **{
            name: {
                "measured": one / statistics.median(together[name]),
                "predicted": float(efficiency(load, communicator.size, link, **way)),
            }
            for name, way in WAYS.items()
        },
    }


def main() -> None:
    """Measure all cases on both hosts; the first one prints."""
    badak.set_num_threads(1)
    with mpi.MPI(timeout=120) as communicator:
        link = measure_link(communicator)
        rows = [measured(case, communicator, link) for case in CASES]
    if communicator.rank:
        return
    found = {"gigabits": 8e-9 * link.bandwidth, "latency_ms": 1e3 * link.latency, "rows": rows}
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(json.dumps(found, indent=1))
    print(f"link: {found['gigabits']:.2f} Gbit/s, {found['latency_ms']:.2f} ms")
    print("| model | batch | gradients | a step alone | apart |", *(f"{name} |" for name in WAYS))
    print("|---|---|---|---|---|" + "---|" * len(WAYS))
    for row in rows:
        print(
            f"| {row['model']} | {row['batch']} | {row['megabytes']:.2f} MB "
            f"| {row['alone_ms']:.1f} ms | {row['beside']:.0%} |",
            *(f"{row[name]['measured']:.0%} ({row[name]['predicted']:.0%}) |" for name in WAYS),
        )


if __name__ == "__main__":
    main()
