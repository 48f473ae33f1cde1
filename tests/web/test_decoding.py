"""How requests are read, on drawn input: images, names, hosts and bodies, right or wrong."""

import base64
import json
from pathlib import PurePath

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from badak.errors import BadakError
from badak.web import limits
from badak.web.guard import Guard, Keys
from badak.web.routes import Asking, Looking, schema

numbers = arrays("<f4", st.integers(0, 50), elements=st.floats(-1e6, 1e6, width=32))


@given(image=numbers)
def test_an_image_arrives_as_it_was_sent(image):
    found = limits.image(base64.b64encode(image.tobytes()).decode())
    np.testing.assert_array_equal(found, image)
    assert found.dtype == np.float32


@given(content=st.binary(max_size=64))
def test_bytes_are_an_image_if_they_are_finite_numbers(content):
    text = base64.b64encode(content).decode()
    whole = len(content) % 4 == 0
    found = np.frombuffer(content, "<f4") if whole else np.array([np.nan])
    if whole and (np.abs(found) <= limits.LARGEST).all():
        np.testing.assert_array_equal(limits.image(text), found)
    else:
        with pytest.raises(BadakError, match="input must be"):
            limits.image(text)


@given(text=st.text(max_size=40))
@example("AAAA\n")
@example("AA=A")
def test_text_is_an_image_or_refused(text):
    try:
        limits.image(text)
    except BadakError as fault:
        message = str(fault)
    else:
        message = ""
    assert message.startswith("input must be") or _is_base64(text)


def _is_base64(text):
    return base64.b64encode(base64.b64decode(text)).decode() == text


@given(name=st.text(max_size=210))
@example("..")
@example("a/../b")
@example("con\0")
def test_a_name_that_is_let_through_stays_in_the_folder(name):
    try:
        found = limits.name(name)
    except BadakError as fault:
        message, found = str(fault), "refused"
    else:
        message = ""
    assert message.startswith("a run's name must") or found == name
    path = PurePath("/runs") / found
    assert (path.parent, path.name) == (PurePath("/runs"), found)
    assert "\0" not in found


@pytest.fixture(scope="module")
def guard():
    async def unreached(*_):
        raise AssertionError

    return Guard(unreached, Keys(), "127.0.0.1", 8765)


names = st.sampled_from(["127.0.0.1", "localhost", "[::1]", "evil.example", "127.0.0.2", "::1", ""])
marks = st.sampled_from([":", "", "@", "/", "\\", "#", "."])


@given(host=st.tuples(names, marks, st.sampled_from(["8765", "80", "", "08765", "8765 "])))
@example(("::1", ":", "8765"))
def test_only_our_own_hosts_are_ours(guard, host):
    text = "".join(host)
    ours = {"127.0.0.1:8765", "localhost:8765", "[::1]:8765"}
    assert guard._is_ours(text) == (text in ours)


@given(host=st.text(max_size=30))
def test_any_other_host_is_not_ours(guard, host):
    assert not guard._is_ours(host)


def question(
    subject, *, count: int, share: float = 0.5, names: list[str] | None = None, flag: bool = False
): ...


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
keys = st.sampled_from(["count", "share", "names", "flag", "network", "input", "edits", "other"])


@given(body=st.dictionaries(keys, values))
def test_a_body_becomes_typed_arguments_or_is_refused(body):
    model = schema("question", question, Looking)
    try:
        asked = model.model_validate(json.loads(json.dumps(body))).asked()
    except ValueError:
        return
    assert set(asked) == {"count", "share", "names", "flag"}
    assert type(asked["count"]) is int
    assert isinstance(asked["share"], (int, float))
    assert np.isfinite(asked["share"])
    assert asked["names"] is None or all(type(name) is str for name in asked["names"])
    assert type(asked["flag"]) is bool


@given(count=st.integers(), share=st.floats(allow_nan=False, allow_infinity=False))
def test_good_arguments_arrive_unchanged(count, share):
    asked = schema("question", question, Asking)(count=count, share=share).asked()
    assert asked == {"count": count, "share": share, "names": None, "flag": False}
