"""The process that runs the reader's code: `python -m badak.lessons.check.worker TASK.json`.

It writes a line of JSON when each unit begins and ends, so that its parent knows what it was doing
if it hangs or dies. A unit is the source, one statement of the file, or one function or class.
"""

import ast
import contextlib
import json
import linecache
import os
import sys
import time
import tokenize
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import badak
from badak.lessons.check import limits, source
from badak.lessons.check.arguments import Unfit
from badak.lessons.check.diagnose import Raised
from badak.lessons.check.errors import cause_of_error
from badak.lessons.check.exercises import check_of, near, subject_of
from badak.lessons.check.finding import REMARKS, Finding
from badak.lessons.check.judge import Judge, OfCheck, OfNetwork, OfSubject
from badak.lessons.check.network import check_network, is_network
from badak.lessons.check.reader import guarded
from badak.lessons.check.repair import Found, Search, Step

# Errors of a script's statement that are no fault of the code: a file, a network, an answer.
OF_THE_MACHINE = ("FileNotFoundError", "URLError", "HTTPError", "ConnectionError", "EOFError")
REPAIR = 8.0  # seconds of the processor for the searches of a file's edits
SURE = 4.0  # of them for a fault that is certain
FAULTS = 3  # in one function or class, one after the other
CERTAIN = ("not_divided_by_batch", "divided_twice")  # even in a changed copy
NAMELESS = ("one_line", "line_missing", "line_too_much", "line_place")
OF_EDIT = {"insert": "line_missing", "remove": "line_too_much", "move": "line_place"}
# Causes that an edit may say better: none, or what an error's or the numbers' look alone says.
UNSURE = (
    "", "reshape_count", "product_shapes", "broadcast", "index_outside", "axes_count",
    "shape_unfit", "attribute_unknown", "brackets_differ", "factor", "other_order", "all_zero",
    "sign_of_gradient", "used_before_set", "unpack_count", "outputs_swapped",
    "size_negative", "shape_not_restored",
)  # fmt: skip


class Worker:
    """Runs the units of one file and reports each."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.path, self.skip, self.seconds = task["path"], task["skip"], task["seconds"]
        self.out = Path(task["out"]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115
        self.trace = Path(task["trace"]).open("w", encoding="utf-8")  # noqa: SIM115
        self.space: dict[str, Any] = types.ModuleType("exercise").__dict__
        self.printed: set[int] = set()
        self.left = REPAIR  # for the searches of this file

    def say(self, **line: Any) -> None:
        """Write a line that the parent reads."""
        self.out.write(json.dumps(line) + "\n")

    @contextlib.contextmanager
    def unit(self, name: str, line: int = 0, seconds: float = 0) -> Iterator[None]:
        """Report the beginning and the end; end the process if it takes too long."""
        self.say(begin=name, line=line)
        with limits.timed(seconds or self.seconds, self.trace):
            yield
        self.say(end=name)

    def run(self) -> None:
        """Read the file, run its statements, check what they defined."""
        file = Path(self.path).name
        with tokenize.open(self.path) as opened:  # in the encoding that its first lines name
            text = opened.read()
        try:
            tree = ast.parse(text, self.path)
        except SyntaxError as fault:
            values = {"text": fault.msg, "code": (fault.text or "").strip()[:80]}
            cause = "indentation" if isinstance(fault, IndentationError) else "syntax"
            cause = "print_statement" if "'print'" in fault.msg else cause
            self.tell(Finding(file, "syntax", fault.lineno or 0, cause, values))
            self.say(done=True)
            return
        self.space |= {"__name__": "exercise", "__file__": self.path, "print": self._print}
        raised = self._statements(tree)
        with self.unit("source"):
            names = source.read(tree, text, self.space, file)
            for finding in names:
                self.tell(finding)
        unknown = {finding.values.get("name") for finding in names}
        failed: set[str] = set()
        for node, got in raised:
            missing = [name for name in (*unknown, *failed) if f"'{name}'" in got.text]
            failed |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
            if not missing:
                cause = cause_of_error(got.name, got.text)
                values = {"error": got.name, "text": got.text}
                here = got.name in OF_THE_MACHINE or "not on this machine" in got.text
                kind, cause = ("not_here", "") if here else ("file_raised", cause)
                self.tell(Finding(file, kind, got.line or node.lineno, cause, values))
        self._check(tree, [finding for finding in names if finding.kind not in REMARKS])
        for line in sorted(self.printed)[:3]:
            self.tell(Finding(file, "prints", line))
        self.say(done=True)

    def tell(self, finding: Finding) -> None:
        """Report a finding."""
        self.say(finding=finding.as_dict())

    def _print(self, *_: Any, **__: Any) -> None:
        self.printed.add(sys._getframe(1).f_lineno)

    def _statements(self, tree: ast.Module) -> list[tuple[ast.stmt, Raised]]:
        """Run the file statement by statement, past those that fail or took too long before."""
        raised = []
        future = [
            n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"
        ]
        for node in tree.body:
            name = f"statement {node.lineno}"
            if name in self.skip:
                continue
            body: list[ast.stmt] = [node] if node in future else [*future, node]
            code = compile(ast.Module(body, []), self.path, "exec")
            with self.unit(name, node.lineno):
                got = guarded(self.path, exec, code, self.space)
            if isinstance(got, Raised):
                raised.append((node, got))
        return raised

    def _check(self, tree: ast.Module, told: list[Finding]) -> None:
        """Check each function and class of the file; networks last."""
        defined = [n for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        wrong = False
        networks = []
        for node in {n.name: n for n in defined}.values():  # of two of one name, the last
            thing = self.space.get(node.name)
            if isinstance(thing, type) and is_network(thing):
                networks.append((node, thing))
                continue
            check = check_of(node.name, thing, self.path)
            if check and node.name not in self.skip:
                wrong |= self._unit(node, check, told)
            elif not check and (meant := near(node.name, thing, defined)):
                values = {"name": node.name, "near": meant}
                self.tell(Finding(node.name, "unnamed", node.lineno, "", values))
        for node, kind in networks:
            if wrong:
                self.say(left=node.name)
            elif node.name not in self.skip:
                self._unit(node, lambda kind=kind: check_network(kind, self.path), told)  # type: ignore[misc]

    def _unit(self, node: Any, check: Callable[[], list[Finding]], told: list[Finding]) -> bool:
        mine = [finding for finding in told if finding.subject == node.name]
        explained = any(finding.kind != "missing" for finding in mine)
        names = [f"'{f.values['name']}'" for f in told if f.kind == "name"]
        with self.unit(node.name, node.lineno):
            try:
                findings = check()
            except Unfit:
                self.say(**({"checked": node.name} if mine else {"unfit": node.name}))
                return bool(mine)
            except Exception as fault:  # the code gave something that nothing can be done with
                got = Raised.of(fault, self.path)
                values = {"error": got.name, "text": got.text}
                findings = [Finding(node.name, "file_raised", got.line or node.lineno, "", values)]
            if explained:  # told from the source already: only what it does not explain
                findings = [f for f in findings if f.kind not in ("raised", "none", "limited")]
            findings = [  # a name that is told for the file
                source.with_cause(finding, node)
                for finding in findings
                if finding.kind != "raised" or not any(n in finding.values["text"] for n in names)
            ]
            faults = [f for f in findings if f.kind not in REMARKS]
            right = not faults and not mine
        if faults and self.left > 0:
            with contextlib.suppress(Exception):  # a search that fails leaves the findings
                findings = self._with_edits(faults, node, lambda t: self._again(node.name, t))
        for finding in findings:
            self.tell(finding)
        self.say(checked=node.name, right=right)
        return not right

    def _again(self, name: str, thing: Any) -> list[Finding]:
        """The findings about a changed function or class."""
        if isinstance(thing, type) and is_network(thing):
            return check_network(thing, self.path)
        check = check_of(name, thing, self.path)
        return check() if check else []

    def _with_edits(
        self, findings: list[Finding], node: Any, check: Callable[[Any], list[Finding]]
    ) -> list[Finding]:
        """The findings, each with the changes that make its output right, and those behind it."""
        name = f"repair {node.name}"
        if name in self.skip:
            return findings
        told: dict[str, Finding] = {}
        tree, left = node, findings
        with self.unit(name, node.lineno, 2 * REPAIR + self.seconds):
            search = Search(self.path, self.space, self._exercise(node.name))
            while left and len(told) < FAULTS:
                for at, finding in enumerate(left):
                    judge = self._judge(node.name, search.thing(tree), left[at:] + left[:at])
                    if found := self._found(search, judge, tree, finding, len(left) - at):
                        break
                else:
                    break
                told[str(finding.values.get("output", ""))] = self._edited(finding, found.steps)
                tree = found.tree
                left = [f for f in check(search.thing(tree)) if f.kind not in REMARKS]
        if not left:
            return list(told.values())
        before = {str(f.values.get("output", "")) for f in findings}
        fresh = [f for f in left if f.values.get("output") not in before]
        if fresh:  # the change may have broken something: only where no fault is certain
            told = {output: f for output, f in told.items() if f.fault in (*UNSURE, *NAMELESS)}
        new = [f for f in fresh if told and f.fault in CERTAIN]
        return [told.get(str(f.values.get("output", "")), f) for f in findings] + new

    def _found(
        self, search: Search, judge: Judge, tree: Any, finding: Finding, others: int
    ) -> Found | None:
        """The edit of one finding, in its share of the time."""
        start = time.process_time()
        seconds = self.left if finding.fault in UNSURE else min(self.left, SURE)
        found = search.one(tree, judge, finding.line, start + seconds / (1 + (others - 1) / 2))
        self.left -= time.process_time() - start
        return found

    def _exercise(self, name: str) -> str:
        """Which statements may be missing."""
        thing = self.space.get(name)
        if isinstance(thing, type) and is_network(thing):
            return "network"
        subject = subject_of(name, thing)
        return subject.name if subject else "Dropout"

    def _judge(self, name: str, thing: Any, findings: list[Finding]) -> Judge:
        first = findings[0]
        if isinstance(thing, type) and is_network(thing):
            return OfNetwork(thing, self.path, findings)
        if subject := subject_of(name, thing):
            return OfSubject(subject, thing, self.path, first)
        return OfCheck(name, self.path, first)

    def _edited(self, finding: Finding, steps: list[Step]) -> Finding:
        """The finding with the changes, on the line of the first."""
        edits = [vars(step) | {"own": linecache.getline(self.path, step.line).strip()}
                 for step in steps]  # fmt: skip
        fault = finding.fault or OF_EDIT.get(steps[0].how, "one_line")
        line = finding.line if finding.fault and finding.fault not in UNSURE else steps[0].line
        return replace(finding, line=line, fault=fault, values=finding.values | {"edits": edits})


def search_path(folder: Path) -> list[str]:
    """Return where a file's imports are looked for: beside it, then among badak's modules.

    Those have the book's names: ``from common.layers import *`` works in a file that lies alone.

    Example:
        >>> [Path(name).name for name in search_path(Path("mine"))]
        ['mine', 'dropin', 'ch08', 'ch07', 'ch05', 'ch04']
    """
    dropin = Path(badak.__file__).parent / "book" / "dropin"
    return [str(folder), str(dropin), *map(str, sorted(dropin.glob("ch0*"), reverse=True))]


def main() -> None:
    """Run the task of the file named in the arguments."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    limits.limit()
    sys.path[:0] = search_path(Path(task["path"]).parent)
    worker = Worker(task)
    worker.run()
    worker.out.close()
    os._exit(0)  # past whatever the reader's code registered, or its threads


if __name__ == "__main__":
    main()
