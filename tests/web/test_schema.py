"""The OpenAPI schema: it describes every question, and no request made from it is a 5xx."""

import base64
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from badak.inspect.explore import QUESTIONS
from badak.layers.walk import walk
from badak.web.answers import ANSWERS
from badak.web.guard import HEADERS, TOKEN_HEADER, Guard
from badak.web.server import application
from badak.web.session import Session

pytest.importorskip("jsonschema_rs", reason="schemathesis is not installed")
schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

# Those that start processes: tests of training ask them.
ACTING = {"train_start", "train_resume"}
NAMES = sorted({*QUESTIONS, *ANSWERS} - ACTING)
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def session(_one_run, tmp_path_factory):
    """A session with a run."""
    folder = tmp_path_factory.mktemp("session") / "runs"
    shutil.copytree(_one_run, folder / "first")
    return Session(runs_dir=folder)


@pytest.fixture(scope="module")
def headers(keys):
    return {TOKEN_HEADER: keys.token, "Host": "127.0.0.1:8765"}


@pytest.fixture(scope="module")
def schema(session, keys, headers):
    app = Guard(application(session), keys, "127.0.0.1", 8765)
    return schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)


def test_the_schema_is_valid_and_has_every_question(schema):
    schema.validate()
    paths = {f"/api/ask/{name}" for name in (*QUESTIONS, *ANSWERS)} | {"/api/open"}
    assert set(schema.raw_schema["paths"]) == paths
    for path in paths:
        described = schema.raw_schema["paths"][path]["post"]
        assert described["summary"][-1] != "."
        assert {"200", "400", "403", "404", "422"} <= set(described["responses"])


@pytest.mark.parametrize("name", NAMES)
def test_no_request_of_the_schema_is_a_5xx(schema, headers, name):
    """As the schema has it, and with the networks, layers and images that there are."""
    operation = schema[f"/api/ask/{name}"]["POST"]

    @EXAMPLES
    @given(case=operation.as_strategy(), data=st.data())
    def ask(case, data):
        if isinstance(case.body, dict) and data.draw(st.integers(0, 3)):
            case.body = likely(case.body, data.draw)
        reply = case.call(headers=headers)
        assert reply.status_code < 500, (case.body, reply.text)
        assert {name: reply.headers[name.lower()][0] for name in HEADERS} == HEADERS

    ask()


@pytest.fixture(scope="module", autouse=True)
def _likely_values():
    net = Session().network().subject.net
    LAYERS.extend(visit.name for visit in walk(net.layers, net.input_shape))
    IMAGES.extend(
        base64.b64encode(image.astype("<f4").tobytes()).decode()
        for image in (np.zeros(784), np.random.default_rng(0).random(784), np.full(784, 1e6))
    )


LAYERS, IMAGES = [], []
INTEGERS = (0, 1, 2, 5, 27, 28, 360, 2**31 - 1, 2**63, -1)
NETWORKS = ("", "fresh", "run/first", "run/second")


def likely(body, draw):
    """The same arguments, most of them with values that something is called."""
    made = dict(body)
    for key, value in made.items():
        if key in ("network", "other", "like"):
            made[key] = draw(st.sampled_from(NETWORKS))
        elif key == "input":
            made[key] = draw(st.sampled_from(IMAGES))
        elif isinstance(value, str) and key != "kind":
            made[key] = draw(st.sampled_from([*LAYERS, value, "train", "test"]))
        elif isinstance(value, int) and not isinstance(value, bool):
            made[key] = draw(st.sampled_from([*INTEGERS, value]))
    if "edits" in made:
        made["edits"] = []
    return made


@pytest.mark.parametrize("name", ["net.onnx", "net.safetensors", "net.pth"])
def test_no_file_is_a_5xx(schema, headers, name):
    operation = schema["/api/open"]["POST"]

    @EXAMPLES
    @given(case=operation.as_strategy(), named=st.booleans())
    def send(case, named):
        if named and isinstance(case.query, dict):
            case.query = {"name": name}
        assert case.call(headers=headers).status_code < 500

    send()
