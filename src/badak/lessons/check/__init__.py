"""The exercise checker: the reader's own code, judged by the oracles that badak's tests use."""

from badak.lessons.check.child import Report, check_file
from badak.lessons.check.finding import Finding
from badak.lessons.check.progress import record
from badak.lessons.check.tell import class_table, tell

__all__ = ["Finding", "Report", "check_file", "class_table", "record", "tell"]
