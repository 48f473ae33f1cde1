"""One peer in a process of its own: commands in, answers out, a line of JSON each.

    python worker.py PEER

{"prepare": FOLDER} reads a task, writes the peer's outputs to FOLDER/PEER.npy, to be compared
before anything is timed, and makes it ready. {"seconds": S, "maximum": N} then runs steps and
answers their times. What a peer's library prints goes to standard error.
"""

import importlib
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

from task import Task

# Training losses that are compared.
STEPS = 5
# Steps timed in a turn even where they take long.
MINIMUM = 3


def prepare(module, peer, folder):
    """Return the step to time, after writing what it computes."""
    task = Task.load(folder)
    step = module.prepare(task.without_dropout() if task.drops else task, peer)
    outputs = [float(step()) for _ in range(STEPS)] if task.kind == "train" else step()
    np.save(Path(folder, f"{peer}.npy"), np.asarray(outputs))
    return module.prepare(task, peer) if task.drops else step


def turn(step, seconds, maximum):
    """Times of steps for so many seconds, but of at most `maximum`; a tenth more runs untimed."""
    start = time.perf_counter()
    for _ in range(maximum):
        step()
        if time.perf_counter() - start > seconds / 10:
            break
    times, start = [], time.perf_counter()
    while len(times) < maximum and (len(times) < MINIMUM or time.perf_counter() - start < seconds):
        before = time.perf_counter()
        step()
        times.append(time.perf_counter() - before)
    return times


def peak_memory():
    """Bytes of this process at its largest.

    Linux counts the starter's memory into ru_maxrss of the started, so VmHWM is asked first.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def main(module, peer):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    step = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if "prepare" in command:
                step = None  # free the last one's memory
                step = prepare(importlib.import_module(module), peer, command["prepare"])
                answer = {}
            else:
                answer = {"times": turn(step, **command), "memory": peak_memory()}
        except Exception as fault:
            answer = {"fault": f"{type(fault).__name__}: {fault}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
