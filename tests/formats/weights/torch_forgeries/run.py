"""Reads every forgery in a process that may have 2 GiB.

Prints as JSON what was said, what was run meanwhile, and the seconds that each took.
"""

import json
import resource
import sys
import time
import warnings
from pathlib import Path

from badak import Network, load_state_dict
from badak.layers import Flatten, Linear
from formats.weights.torch_forgeries import CASES, streams, tensors, zips  # noqa: F401
from formats.weights.torch_written import members, streamed, zipped

MEMORY = 2 * 2**30
WATCHED = (
    "os.system",
    "subprocess.",
    "exec",
    "compile",
    "import",
    "pickle.",
    "socket.",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "ctypes.",
    "marshal.",
    "code.",
)


def run_all(folder):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("error")
    net = Network([Flatten(), Linear(2)], (1, 1, 3))
    for content in (zipped(members()), streamed()):  # also imports whatever is imported late
        (folder / "good").write_bytes(content)
        assert load_state_dict(net, folder / "good") == {"linear1": "fc"}
        assert net.parameters()["linear1.weight"].tolist() == [[1, 2, 3], [4, 5, 6]]
        assert net.parameters()["linear1.bias"].tolist() == [7, 8]
    before = {key: array.copy() for key, array in net.state().items()}
    events, results = [], {}
    watching = [False]

    def watch(event, arguments):
        if watching[0] and event.startswith(WATCHED):
            events.append(f"{event} {arguments}"[:200])

    sys.addaudithook(watch)
    for title, (_, content) in CASES.items():
        path = folder / "forged.pth"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # zipfile's, of two members of one name
            path.write_bytes(content() if callable(content) else content)
        start = time.perf_counter()
        watching[0] = True
        try:
            outcome = ["nothing", str(load_state_dict(net, path))]
        except BaseException as fault:
            outcome = [type(fault).__name__, str(fault)]
        watching[0] = False
        same = all((array == before[key]).all() for key, array in net.state().items())
        results[title] = [*outcome, same, time.perf_counter() - start]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    json.dump({"results": results, "events": events, "peak GiB": peak}, sys.stdout)


if __name__ == "__main__":
    run_all(Path(sys.argv[1]))
