"""Edits of weights in links: what is written is read again, and nothing else is taken."""

import json
from urllib.parse import urlencode

import node

ABOUT = {"layers": [{"name": "conv1", "parameters": {"weight": [2, 1, 3, 3], "bias": [2]}}]}
EDITS = [
    {"parameter": "conv1.weight", "index": [1, 0, 2, 2], "value": -0.5},
    {"parameter": "conv1.weight", "index": [0, 0, 0, 0], "value": 0},
    {"parameter": "conv1.bias", "index": [0], "value": 1e-7},
]
STRANGE = [
    *EDITS,
    {"parameter": "conv1.weight", "index": [2, 0, 0, 0], "value": 1},
    {"parameter": "conv1.weight", "index": [0, 0, 0], "value": 1},
    {"parameter": "conv2.weight", "index": [0, 0, 0, 0], "value": 1},
]


def value(expression, folder):
    return node.run("edits.js", f"console.log(JSON.stringify({expression}));", folder)


def test_edits_are_read_as_they_were_written(tmp_path):
    text = value(f"editsText({json.dumps(EDITS)})", tmp_path)
    assert text == "conv1.weight*1-0-2-2*-0.5*0-0-0-0*0**conv1.bias*0*1e-7"
    assert urlencode({"edits": text}, safe="*") == f"edits={text}"  # nothing is to be escaped
    assert value(f"editsOf({json.dumps(text)})", tmp_path) == EDITS


def test_what_is_damaged_is_left_out(tmp_path):
    for text in (
        "",
        "conv1.weight",
        "conv1.weight*1-x*2",
        "conv1.weight*1-0*",
        "*1*abc",
        "a*1*NaN",
    ):
        assert value(f"editsOf({json.dumps(text)})", tmp_path) == [], text
    assert value('editsOf("conv1.bias*1*2*0*")', tmp_path) == [
        {"parameter": "conv1.bias", "index": [1], "value": 2}
    ]


def test_more_than_a_link_holds_is_not_written(tmp_path):
    many = "Array.from({ length: 800 }, (_, i) => ({ parameter: 'a.b', index: [i], value: i }))"
    assert value(f"editsText({many})", tmp_path) == ""


def test_only_edits_of_weights_that_are_there_are_taken(tmp_path):
    fitting = f"editsThatFit({json.dumps(STRANGE)}, {json.dumps(ABOUT)})"
    assert value(fitting, tmp_path) == EDITS
    assert value(f"editsThatFit({json.dumps(EDITS)}, null)", tmp_path) == []
