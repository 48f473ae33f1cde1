"""The thread pool: idle at no cost, safe across forks and with Python's own threads."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import badak
from badak import ops

core = pytest.importorskip("badak._core")

# Python 3.12 and later warn of any fork in a process with threads; these tests do just that.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

SHAPES = ((300, 500), (500, 400))


@pytest.fixture(autouse=True)
def _two_threads():
    before = badak.num_threads()
    badak.set_num_threads(2)
    yield
    badak.set_num_threads(before)


def operands():
    generator = np.random.default_rng(0)
    return [generator.standard_normal(shape).astype(np.float32) for shape in SHAPES]


def product():
    """A matrix product large enough for both threads."""
    a, b = operands()
    return ops.linear(a, np.ascontiguousarray(b.T))


def run(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what each thread does")
def test_an_idle_pool_sleeps():
    # In a process of its own: here, other libraries' threads may wake at any time.
    code = """
import os, re, time
from pathlib import Path
import numpy as np
import badak
from badak import ops
badak.set_num_threads(2)
ops.linear(np.ones((300, 500), np.float32), np.ones((400, 500), np.float32))
tasks = [task for task in Path("/proc/self/task").iterdir() if task.name != str(os.getpid())]
assert tasks
def doing(task):  # the state, S for sleeping, and the number of context switches so far
    return re.findall(r"(?:State|ctxt_switches):\\s+(\\w+)", (task / "status").read_text())
before, now = None, [doing(task) for task in tasks]
for _ in range(100):  # a thread looks for work for a while before it sleeps
    if before == now and all(state == "S" for state, *_ in now):
        print("asleep")
        break
    time.sleep(0.1)
    before, now = now, [doing(task) for task in tasks]
else:
    print("still awake:", now)
"""
    ended = run(code)
    assert (ended.returncode, ended.stdout) == (0, "asleep\n"), ended.stderr


def test_a_forked_child_computes_with_a_pool_of_its_own():
    expected = product()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        equal = np.array_equal(product(), expected)
        os.write(writer, b"same" if equal else b"other")
        os._exit(0)
    os.close(writer)
    answer = os.read(reader, 10)
    os.close(reader)
    assert os.waitpid(child, 0)[1] == 0
    assert answer == b"same"
    np.testing.assert_array_equal(product(), expected)  # and the parent continues


def test_a_fork_while_another_thread_computes():
    stop = threading.Event()

    def compute():
        while not stop.is_set():
            product()

    busy = threading.Thread(target=compute)
    busy.start()
    try:
        for _ in range(5):
            child = os.fork()
            if child == 0:  # pragma: no cover
                product()
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        busy.join()


@pytest.mark.little_memory
def test_where_the_system_gives_no_more_threads_the_others_do_the_work():
    code = """
import resource
import numpy as np
import badak
from badak import ops
x = np.arange(-50_000, 50_000, dtype=np.float32)
wanted = ops.relu(x)
badak.set_num_threads(1)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
limit = used + (200 << 20)  # some threads' stacks
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
badak.set_num_threads(1000)
assert np.array_equal(ops.relu(x), wanted)
print("done")
"""
    ended = run(code)
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr


def test_many_python_threads_compute_at_once():
    expected, results = product(), []
    threads = [threading.Thread(target=lambda: results.append(product())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    for result in results:
        np.testing.assert_array_equal(result, expected)


def test_the_number_of_threads_may_change_while_another_computes():
    expected, wrong = product(), []

    def compute():
        for _ in range(50):
            if not np.array_equal(product(), expected):
                wrong.append(True)

    busy = threading.Thread(target=compute)
    busy.start()
    for count in (1, 3, 2, 4, 1, 2):
        badak.set_num_threads(count)
        time.sleep(0.005)
    busy.join()
    assert not wrong


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_any_number_of_threads_gives_the_same_bits(count):
    expected = product()
    badak.set_num_threads(count)
    np.testing.assert_array_equal(product(), expected)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_interpreter_may_end_while_daemon_threads_compute(threads):
    code = f"""
import threading
import numpy as np
import badak
from badak import ops
badak.set_num_threads(2)
x = np.ones((4, 16, 40, 40), np.float32)
weight = np.ones((24, 16, 3, 3), np.float32)
net = badak.models.SimpleConvNet((1, 12, 12))
begun = threading.Barrier({threads} + 2)
def forever(call):
    call()
    begun.wait()
    while True:
        call()
def convolve():
    ops.conv2d(x, weight, np.ones(24, np.float32))
def train():
    net.forward_backward(np.ones((64, 1, 12, 12), np.float32), [1] * 64)
for call in [convolve] * {threads} + [train]:
    threading.Thread(target=forever, args=(call,), daemon=True).start()
begun.wait()
"""
    for _ in range(4):
        ended = run(code)
        assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("before", ["", "import badak._core"])
def test_a_sub_interpreter_computes_with_the_reference(before):
    # NumPy can be loaded only once in a process, so only there.
    code = f"""
{before}
try:
    import _interpreters as interpreters
    created = interpreters.create("legacy")
except ImportError:  # before Python 3.13
    import _xxsubinterpreters as interpreters
    created = interpreters.create(isolated=False)
inner = '''
import warnings
warnings.simplefilter("ignore")  # NumPy's own, of sub-interpreters
import badak
from badak import data, ops
assert ops.active() == "reference"
try:
    import badak._core
except ImportError as fault:
    assert "main interpreter" in str(fault) or "subinterpreter" in str(fault), fault
else:
    raise AssertionError("the core was loaded")
train, _ = data.load("digits")
net = badak.models.SimpleConvNet(hidden_size=8)
badak.Trainer(net, max_steps=2, progress=False).fit(train)
assert net.predict(train.images[:3]).shape == (3,)
print("computed", flush=True)
'''
fault = interpreters.run_string(created, inner)
assert fault is None, fault
"""
    ended = run(code)
    assert (ended.returncode, ended.stdout) == (0, "computed\n"), ended.stderr
