"""tell: a report in words, for the reader; class_table: many in a table, for the teacher."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from badak import terminal
from badak.lessons.check.child import Report
from badak.lessons.check.finding import Finding
from badak.lessons.check.words import Words

if TYPE_CHECKING:
    from rich.console import Group

STEPS = 3  # of hints; the last is the answer


def tell(report: Report, language: str = "en", hint: int = 1) -> str:
    """Return what is wrong and where, with as many hints as asked for, and what is right.

    Example:
        >>> print(tell(Report("a.py", (Finding("im2col", "changed", 3, "changes_input"),))))
        im2col, line 3: it changes the array that it is given
          hint 1: Is the input the same afterwards?
          more: --hint 2
        1 wrong, 0 right
    """
    words = Words(language)
    lines = []
    before = None
    for finding in report.findings:
        more = _lines(finding, words, hint)
        again = before is not None and _cause(finding) == _cause(before) and finding.fault
        lines += more[:1] if again else more  # dx, dW and db of one fault: hints once
        before = finding
    lines += [f"{name}: {words.phrase('right')}" for name in report.right]
    lines += [f"{name}: {words.phrase('unfit')}" for name in report.unfit]
    lines += [f"{name}: {words.phrase('left')}" for name in report.left]
    lines += [
        f"{words.phrase('remark')}, {_place(finding, words)}: {words.sentence(finding)}"
        for finding in report.remarks
    ]
    if report.empty:
        lines.append(words.phrase("empty"))
    elif report.findings:
        wrong = len({finding.subject for finding in report.findings})
        lines.append(words.phrase("some_wrong", wrong=wrong, right=len(report.right)))
    elif report.right:
        lines.append(words.phrase("all_right", count=len(report.right)))
    return "\n".join(map(terminal.printable, lines))


def _cause(finding: Finding) -> tuple[str, str]:
    return finding.subject, finding.fault


def _place(finding: Finding, words: Words) -> str:
    line = words.phrase("line", line=finding.line)
    return f"{finding.subject}, {line}" if finding.line else finding.subject


def _lines(finding: Finding, words: Words, hint: int) -> list[str]:
    lines = [f"{_place(finding, words)}: {words.sentence(finding)}"]
    for name, phrase in (("input", "input"), ("right", "right_before")):
        if finding.values.get(name):
            lines.append("  " + words.phrase(phrase, **{name: finding.values[name]}))
    hints = words.hints(finding)
    lines += [
        f"  {words.phrase('hint', step=step)}: {text}" for step, text in enumerate(hints[:hint], 1)
    ]
    if hints[hint:]:
        lines.append("  " + words.phrase("next", step=hint + 1))
    return lines


def class_table(reports: Sequence[Report], folder: str, language: str = "en") -> "Group":
    """Return a table with a row for each file: what is right, what is wrong, the likely faults."""
    words = Words(language)
    rows = []
    for report in reports:
        wrong = dict.fromkeys(finding.subject for finding in report.findings)
        faults = dict.fromkeys(
            f"{finding.subject}: {words.fault(finding.fault)}" for finding in report.findings
        )
        rows.append([report.file, ", ".join(report.right), ", ".join(wrong), "\n".join(faults)])
    title = words.phrase("class_title", count=len(reports), folder=folder)
    headings = [words.phrase(name) for name in ("pupil", "done", "where", "likely")]
    return terminal.table(title, headings, rows)
