"""Worker: the starter's end of a peer's process."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).parent
# Settings that this machine's owner may have made: peers run as they come, and compiled to
# bytecode as pip installs them, badak's working copy too.
LEFT_OUT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
# Seconds for one answer; compiling a large network may take minutes.
PATIENCE = 600


def environment():
    return {name: value for name, value in os.environ.items() if name not in LEFT_OUT}


class Fault(Exception):
    """What a peer cannot do, in a line."""


class Worker:
    """A peer's process, from start to `close`, on the first `cpus` of this one's CPUs."""

    def __init__(self, module, peer, cpus=None):
        allowed = sorted(os.sched_getaffinity(0))[:cpus]
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "worker.py"), module, peer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(),
            # before its libraries count the CPUs
            preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        )

    def ask(self, **command):
        """Send a command and return its answer.

        Raises:
            Fault: the peer failed, ended, or took longer than PATIENCE.
        """
        alarm = threading.Timer(PATIENCE, self.process.kill)
        alarm.start()
        try:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            alarm.cancel()
        if not line:
            code = self.process.wait()
            raise Fault(f"its process ended with code {code} (after {PATIENCE} s it is killed)")
        answer = json.loads(line)
        if "fault" in answer:
            raise Fault(" ".join(answer["fault"].split()))
        return answer

    def close(self):
        """End the process."""
        self.process.kill()
        self.process.communicate()
