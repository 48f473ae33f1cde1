"""Forged .pt and .pth files: title -> (words of the message, the file's bytes)."""

from formats.weights.torch_written import members, state, streamed, zipped

CASES = {}
MARK = "/tmp/badak_torch_pickle_was_run"


def case(title, words, content):
    assert title not in CASES
    CASES[title] = words, content


def value_case(title, words, value):
    """The same forged object in both forms; the stream's storages may be in nobody's use."""
    case(f"{title}, zip", words, lambda: zipped(members(value)))
    case(f"{title}, stream", f"{words}|each must be listed once", lambda: streamed(value))


def part_case(title, words, **parts):
    """One tensor of the state dict is forged."""
    value_case(title, words, state(**parts))
