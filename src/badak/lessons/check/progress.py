"""The file of progress: which exercises of which file are right, and how often they were tried."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from badak import files, storage
from badak.errors import FormatError
from badak.lessons.check.child import Report

NAME = "badak-progress.json"
MAX_BYTES = 2**22


def record(report: Report, folder: Path) -> dict[str, Any]:
    """Add a report to the file of progress in `folder`, and return what it holds for the file.

    Each exercise has "right", "tries", "since" (the day it was first right, or None) and "fault".

    Raises:
        FormatError: the file of progress is damaged; it is not changed.
        BadakError: it cannot be written.

    Example:
        >>> import tempfile
        >>> report = Report("a.py", (), right=("im2col",))
        >>> record(report, Path(tempfile.mkdtemp()))["im2col"]["tries"]
        1
    """
    place = folder / NAME
    progress = _read(place) if place.exists() else {}
    own = progress.setdefault(report.file, {})
    faults: dict[str, str] = {}
    for finding in report.findings:
        faults.setdefault(finding.subject, finding.fault)
    for name in (*faults, *report.right):
        past = own.get(name, {})
        right = name in report.right and name not in faults
        since = past.get("since") or (date.today().isoformat() if right else None)
        tries = past.get("tries", 0) + 1
        own[name] = {"right": right, "tries": tries, "since": since, "fault": faults.get(name, "")}
    text = json.dumps(progress, ensure_ascii=False, indent=1, sort_keys=True)
    storage.write_atomically(place, (text + "\n").encode())
    return dict(own)


def _read(place: Path) -> dict[str, Any]:
    try:
        progress = json.loads(files.read(place, MAX_BYTES))
    except (ValueError, RecursionError) as fault:
        raise _damaged(place) from fault
    entries = progress.values() if isinstance(progress, dict) else [None]
    for entry in entries:
        parts = entry.values() if isinstance(entry, dict) else [None]
        if not all(isinstance(p, dict) and isinstance(p.get("tries"), int) for p in parts):
            raise _damaged(place)
    return dict(progress)


def _damaged(place: Path) -> FormatError:
    return FormatError(f"{place} is no file of progress, or is damaged: move it away")
