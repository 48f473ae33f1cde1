"""The comparison: all peers compute the same, then take turns and are timed. `badak bench` runs it.

A turn is some steps of one peer, while the others' processes sleep; after `rounds` rounds of turns
the median of all its steps is a peer's time. So what drifts on the machine meets all alike.
"""

import importlib.util
import os
import platform
import tempfile
import time
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import numpy as np

import badak
import processes
from badak.errors import BadakError
from badak.ops import edition, processor
from cases import PEERS, drawn_cases, table, task_of
from team import Fault, Worker

# Seconds of steps in a turn, and of sleep before it, in which the others' threads stop spinning.
TURN = {"train": 0.4, "forward": 0.4, "gemm": 0.05}
PAUSE = 0.1
# A fixed batch is learnt by heart; no more steps than this in a turn, or only zeros are left.
MAXIMUM = {"train": 60, "forward": 20_000, "gemm": 20_000}
# Largest difference of outputs, as a share of the largest output: (training losses, arrays).
TOLERANCE = {"train": 1e-2, "forward": 1e-3, "gemm": 1e-3}


def chosen(names, patterns, what):
    """Those of `names` that one of the patterns, separated by commas, fits."""
    wanted = [word.strip() for word in patterns.split(",")]
    fitting = [name for name in names if any(fnmatch(name, word) for word in wanted)]
    for word in wanted:
        if not any(fnmatch(name, word) for name in names):
            kinds = sorted({name.split("-")[0] for name in names})
            raise BadakError(f"no {what} is named {word!r}; names begin with {', '.join(kinds)}")
    return fitting


def chosen_cases(patterns):
    """Name -> case: those of the table that fit, then the networks that are drawn."""
    drawn, rest = drawn_cases(patterns)
    fixed = table()
    names = chosen(fixed, rest, "case") if rest else []
    return {name: fixed[name] for name in names} | drawn


def measure(
    case_patterns="*", peer_patterns="*", rounds=7, on_case=lambda name, done, all_of: None
):
    """Run the cases and return what `badak bench --json` writes."""
    cases = chosen_cases(case_patterns)
    peers = chosen(PEERS, peer_patterns, "peer")
    missing = [peer for peer in peers if not installed(peer)]
    results = {
        "machine": machine(),
        "versions": versions(),
        "rounds": rounds,
        "not installed": missing,
        "cases": {},
    }
    team = {}  # gemm's workers, which serve all products
    try:
        for done, name in enumerate(cases):
            on_case(name, done, len(cases))
            part = [peer for peer in peers if peer not in missing and takes_part(peer, name)]
            results["cases"][name] = measure_case(name, cases[name], part, rounds, team)
    finally:
        disband(team)
    return results


def installed(peer):
    return all(importlib.util.find_spec(library) for library in PEERS[peer].libraries)


def takes_part(peer, name):
    """Whether a case is for a peer; badak multiplies matrices in its native core alone."""
    if peer == "badak" and name.startswith("gemm-") and processor.core() is None:
        return False
    return any(fnmatch(name, pattern) for pattern in PEERS[peer].cases)


def measure_case(name, case, peers, rounds, team, cpus=None):
    """One case's line: FLOPs, the FMA peak at this moment, and each peer's times or fault.

    `cpus` is how many CPUs each peer may use; all of this process's, if None.
    """
    line = {"kind": case.kind, "flops": None, "peak": edition.fma_peak(), "peers": {}}
    if case.kind == "process":
        line["peers"] = in_fresh_processes(name, peers, rounds)
        return line
    task, line["flops"] = task_of(case)
    with tempfile.TemporaryDirectory() as folder:
        task.save(folder)
        del task
        faults = assemble(peers, case.kind, folder, team, cpus)
    times = {peer: [] for peer in peers if peer not in faults}
    memory = {}
    for _ in range(rounds):
        for peer in list(times):
            time.sleep(PAUSE)
            try:
                answer = team[peer].ask(seconds=TURN[case.kind], maximum=MAXIMUM[case.kind])
            except Fault as fault:
                faults[peer] = str(fault)
                del times[peer]
                continue
            times[peer] += answer["times"]
            memory[peer] = answer["memory"]
    line["peers"] = {
        peer: {"fault": faults[peer]}
        if peer in faults
        else {**spread(times[peer]), "memory": memory[peer]}
        for peer in peers
    }
    if line["peak"]:  # what disturbs us, disturbs both measurements of the peak less often
        line["peak"] = max(line["peak"], edition.fma_peak())
    if case.kind != "gemm":  # the memory of a network's process is its own
        disband(team)
    return line


def assemble(peers, kind, folder, team, cpus):
    """Start the workers that are not there yet, let all compute, and return who does not agree."""
    faults = {}
    for peer in peers:
        try:
            if peer not in team:
                team[peer] = Worker(PEERS[peer].module, peer, cpus)
            team[peer].ask(prepare=folder)
        except Fault as fault:
            faults[peer] = str(fault)
            team.pop(peer).close()
    outputs = {peer: np.load(Path(folder, f"{peer}.npy")) for peer in peers if peer not in faults}
    return faults | disagreements(outputs, TOLERANCE[kind])


def disagreements(outputs, tolerance):
    """Say of each peer how its outputs differ from the first one's by more than is allowed."""
    if not outputs:
        return {}
    first, expected = next(iter(outputs.items()))
    if not np.isfinite(expected).all():
        return dict.fromkeys(outputs, f"{first}'s outputs are not finite")
    faults, largest = {}, np.abs(expected).max()
    for peer, output in outputs.items():
        if output.shape != expected.shape:
            faults[peer] = f"its outputs are {output.shape}; {first}'s are {expected.shape}"
            continue
        error = np.abs(output - expected).max() / largest
        if not error <= tolerance:  # so that NaN does not pass
            faults[peer] = (
                f"its outputs differ from {first}'s by up to {error:.2g} of the largest; "
                f"allowed is {tolerance:g}"
            )
    return faults


def in_fresh_processes(name, peers, rounds):
    """Time a command's processes in turns; the first round warms the disk cache and is checked."""
    times, faults, reached = {peer: [] for peer in peers}, {}, {}
    for turn in range(1 + rounds):
        for peer in list(times):
            try:
                seconds, printed = processes.run(name, peer)
                if turn:
                    times[peer].append(seconds)
                    continue
                reached[peer] = processes.accuracy(printed)
                check_accuracy(reached, peer)
            except Fault as fault:
                faults[peer] = str(fault)
                del times[peer]
    return {
        peer: {"fault": faults[peer]}
        if peer in faults
        else {**spread(times[peer]), "accuracy": reached[peer]}
        for peer in peers
    }


def check_accuracy(reached, peer):
    first, own = next(iter(reached.values())), reached[peer]
    if own is None:
        return
    if own < processes.LEAST_ACCURACY or abs(own - first) > processes.ALIKE:
        raise Fault(f"it reached a test accuracy of {own}; the first peer {first}")


def disband(team):
    for worker in team.values():
        worker.close()
    team.clear()


def spread(times):
    """Median, and the tenth and ninetieth percentile, in seconds."""
    low, median, high = np.percentile(times, [10, 50, 90]).tolist()
    return {"median": median, "low": low, "high": high, "steps": len(times)}


def machine():
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = lines[0].partition(":")[2].strip() if lines else name
    return {
        "processor": name,
        "cpus": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "system": platform.platform(),
        "day": time.strftime("%Y-%m-%d"),
    }


def versions():
    versions = {"python": platform.python_version(), "badak": badak.__version__}
    versions["badak's ops"] = badak.ops.active()
    for library in ("numpy", "torch", "onnxruntime", "jax"):
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions
