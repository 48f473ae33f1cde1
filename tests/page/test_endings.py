"""The page opens the model files that the server opens."""

import json

import node
from badak.web import networks


def test_the_page_and_the_server_have_the_same_endings(tmp_path):
    endings = node.run("parts/endings.js", "console.log(JSON.stringify(MODEL_ENDINGS));", tmp_path)
    assert set(endings) == {*networks.MODEL_FILES, *networks.WEIGHT_FILES}


def test_a_file_is_known_by_its_ending(tmp_path):
    names = ["a.ONNX", "b.pt", "c.h5", "d.png", "onnx", ""]
    code = (
        f"const files = {json.dumps(names)}.map((name) => ({{ name }}));"
        "console.log(JSON.stringify([files.map(isModelFile), files.map(isAnyModel)]));"
    )
    opened, models = node.run("parts/endings.js", code, tmp_path)
    assert opened == [True, True, False, False, False, False]
    assert models == [True, True, True, False, False, False]
