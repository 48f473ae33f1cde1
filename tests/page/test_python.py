"""What "As Python" copies: it runs, whatever a file calls its layers, and is of what is shown."""

import ast
import json

import node

HARMFUL = '"); exec("x") # \\'
PAGE = {
    "code": {"network": ["net = badak.load('a')"], "images": None},
    "subject": {"input": None, "source": ""},
    "about": None,
}


def code(expression, folder):
    text = node.run("python.js", f"console.log(JSON.stringify({expression}));", folder)
    return text, ast.parse(text)


def called(tree):
    """The functions that a program calls, by their last name."""
    return [
        call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
    ]


def test_a_layers_name_stays_text(tmp_path):
    for count in (1, 6):
        edits = [{"parameter": f"{HARMFUL}.weight", "index": [i], "value": 1} for i in range(count)]
        page = json.dumps({**PAGE, "edits": edits})
        _, tree = code(f"pythonCode({page}, {{}}, [])", tmp_path)
        assert "exec" not in called(tree)
        names = [part.value for part in ast.walk(tree) if isinstance(part, ast.Constant)]
        assert f"{HARMFUL}.weight" in names


def test_two_networks_are_two_whatever_their_lines_do_with_them(tmp_path):
    calibrated = ["net = badak.load('net')", "net = badak.inspect.with_temperature(net, 1.5)"]
    filled = ["net = badak.models.LeNet5()", "badak.load_state_dict(net, 'b.pth')"]
    images = ["train, test = badak.data.load('digits')"]
    one, two = ({"network": lines, "images": images} for lines in (calibrated, filled))
    text, _ = code(f"pythonOfTwo({json.dumps(one)}, {json.dumps(two)})", tmp_path)
    lines = text.splitlines()
    assert lines[2:6] == [*calibrated, "first = net", filled[0]]
    assert lines[6:9] == [filled[1], "second = net", *images]
    assert "both = badak.inspect.compare(first, second, test)" in lines
    without = json.dumps({"network": filled, "images": None})
    ask = f"console.log(JSON.stringify(pythonOfTwo({without}, {without})));"
    assert node.run("python.js", ask, tmp_path) is None
