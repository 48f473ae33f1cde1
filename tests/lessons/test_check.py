"""The exercise checker names what is wrong, and says nothing about what is right."""

import json
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from badak.errors import BadakError, FormatError
from badak.lessons import check
from badak.lessons.check.arguments import Unfit, fitted
from badak.lessons.check.child import lines_in, report_of
from badak.lessons.check.compare import difference
from badak.lessons.check.faults import ANSWERS
from badak.lessons.check.subjects import SUBJECTS
from badak.lessons.check.words import en, ko
from badak.lessons.check.worker import Worker

SOLUTIONS = Path(__file__).parent / "solutions"

# file -> the faults that must be named, in any order
WRONG = {
    "affine_db_mean": {"mean_instead_of_sum"},
    "affine_no_return": {"not_returned"},
    "affine_no_transpose": {"weight_not_transposed"},
    "col2im_assigns": {"assigns"},
    "col2im_crop": {"pad_cut_at_corner"},
    "col2im_keeps_all": {"pad_not_removed"},
    "col2im_keeps_pad": {"pad_not_removed"},
    "col2im_order": {"order_not_transposed"},
    "conv_db_axis": {"bias_axis"},
    "conv_dout_order": {"order_not_transposed"},
    "conv_dw_not_stored": {"not_stored"},
    "conv_dw_reshape": {"gradient_not_transposed"},
    "conv_flipped": {"kernel_flipped"},
    "conv_hard_coded": {"hard_coded"},
    "conv_hw": {"hw_swapped"},
    "conv_no_bias": {"bias_forgotten"},
    "conv_out_reshape": {"order_not_transposed"},
    "conv_stride_backward": {"stride_ignored"},
    "conv_stride_place": {"stride_ignored"},
    "conv_weight_reshape": {"weight_reshaped"},
    "dropout_backward": {"mask_of_forward"},
    "dropout_inverted_mask": {"keeps_what_it_should_drop"},
    "dropout_no_scale": {"dropout_scale"},
    "im2col_axes": {"places_swapped"},
    "im2col_channels_last": {"channels_last"},
    "im2col_ints": {"integers"},
    "im2col_no_pad": {"pad_forgotten"},
    "im2col_no_transpose": {"order_not_transposed"},
    "im2col_rows_dropped": {"size_without_one"},
    "list": {"list_not_array"},
    "loop_channel": {"first_channel_only"},
    "loop_last_image": {"last_image_only"},
    "mul_not_swapped": {"not_swapped"},
    "net_copied": {"params_copied"},
    "net_count": {"count_not_share"},
    "net_swapped": {"gradients_swapped"},
    "norm_constant_mean": {"mean_is_constant"},
    "norm_predicts_batch": {"predicts_with_batch"},
    "note": {
        "key_unknown", "forward_without_x", "attribute_unknown", "written_twice",
        "backward_missing", "commented_out", "name_unknown",
    },
    "numerical_one_sided": {"step_not_doubled"},
    "pool_channels": {"channels_mixed"},
    "pool_mean": {"average_instead_of_max"},
    "pool_order": {"order_not_transposed"},
    "pool_spreads": {"shared_among_all"},
    "relu_in_place": {"changes_input"},
    "relu_mask": {"mask_of_dout"},
    "sigmoid_input": {"input_instead_of_output"},
    "softmax_dx_batch": {"not_divided_by_batch"},
    "softmax_labels": {"labels_as_one_hot"},
    "softmax_overflow": {"overflow"},
    "softmax_state": {"state_changed"},
    "softmax_sum": {"sum_instead_of_mean"},
    "softmax_whole_batch": {"whole_batch"},
    "syntax": {"syntax"},
    # by another hand, held out until the checker was done
    "numerical_rows": {"one_dimension_only"},
    "norm_momentum": {"momentum_swapped"},
    "pool_loops_assign": {"assigns"},
    "conv_ends_early": {"place_left_out"},
    "relu_no_self": {"self_missing"},
    "im2col_loops_stride": {"stride_ignored"},
    "net_shared_relu": {"layer_shared"},
    "net_not_reversed": {"layers_not_reversed"},
    "net_no_loss": {"used_before_set"},
    "net_return_in_loop": {"return_in_loop"},
    "net_class_not_object": {"class_not_object"},
    "conv_last_place": {"last_place_only"},
    "affine_returns_order": {"outputs_swapped"},
    "sigmoid_brackets": {"one_line"},
    "relu_below_one": {"one_line"},
    "softmax_brackets": {"one_line"},
    "im2col_no_comma": {"reshape_count"},
}  # fmt: skip
RIGHT = sorted(path.stem for path in SOLUTIONS.glob("right_*.py"))


def here(path, folder, search=0.3) -> check.Report:
    """The worker's report, in this process: code that ends needs no other."""
    task = {"path": str(path), "skip": [], "seconds": 300}
    task |= {"out": str(folder / "out"), "trace": str(folder / "trace")}
    worker = Worker(task)
    worker.left = search
    worker.run()
    worker.out.close()
    worker.trace.close()
    return report_of(path.name, lines_in(folder / "out"), [])


def report(code: str, folder) -> check.Report:
    path = folder / "mine.py"
    path.write_text(code, encoding="utf-8")
    return here(path, folder)


def test_every_solution_is_tried():
    files = {path.stem.removeprefix("wrong_") for path in SOLUTIONS.glob("wrong_*.py")}
    assert files == set(WRONG) | {"endless"}
    assert len(files) >= 40
    assert len(RIGHT) >= 10


@pytest.mark.parametrize("name", WRONG)
def test_the_fault_of_a_wrong_solution_is_named(name, tmp_path):
    by_edit = WRONG[name] & {"one_line", "reshape_count", "outputs_swapped"}
    found = here(SOLUTIONS / f"wrong_{name}.py", tmp_path, 5.0 if by_edit else 0.3)
    assert {finding.fault for finding in found.findings} == WRONG[name], found
    assert all(finding.line > 0 for finding in found.findings)
    for language in ("en", "ko"):
        text = check.tell(found, language, 3)
        assert "{" not in text.replace("{'", "").replace("img", "") or name == "note"
        assert len(text.splitlines()) > 3


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_in_another_style_is_right(name, tmp_path):
    found = here(SOLUTIONS / f"{name}.py", tmp_path)
    assert (found.findings, found.unfit, found.left) == ((), (), ()), found
    assert found.right


def test_the_seven_errors_of_the_note_are_found_on_their_lines(tmp_path):
    path = SOLUTIONS / "wrong_note.py"
    lines = path.read_text().splitlines()
    found = here(path, tmp_path)
    shown = {f.fault: lines[f.line - 1] for f in found.findings}
    assert "self.params['stride']" in shown["key_unknown"]
    assert "layer.forward()" in shown["forward_without_x"]
    assert "self.layers['Conv1']" in shown["attribute_unknown"]
    assert "self.params['b1'] = np.zeros(hidden_size)" in shown["written_twice"]
    assert "class SimpleConvNet" in shown["backward_missing"]
    assert "= load_mnist(" in shown["commented_out"]
    assert "OrderedDict()" in shown["name_unknown"]
    text = check.tell(found, "en", 3)
    assert "conv_param['stride']" in text
    assert "self.layeres" in text
    assert "line 2, which imports it" in text
    assert "from collections import OrderedDict" in text
    assert "the value of line 20 is lost" in text


@pytest.mark.parametrize(
    ("code", "answers"),
    [
        (  # two faults, each with its line
            "class Sigmoid:\n"
            "    def forward(self, x):\n"
            "        self.y = 1 / (1 + np.exp(x))\n"
            "        return self.y\n"
            "    def backward(self, dout):\n"
            "        return dout * self.y * (self.y - 1)\n",
            ["line 4: try: self.y = 1 / (1 + np.exp(-x))",
             "line 7: try: return "],
        ),
        (  # a line is missing
            "class Affine:\n"
            "    def __init__(self, W, b):\n"
            "        self.W, self.b, self.x = W, b, None\n"
            "    def forward(self, x):\n"
            "        return x @ self.W + self.b\n"
            "    def backward(self, dout):\n"
            "        self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)\n"
            "        return dout @ self.W.T\n",
            ["after line 5, add: self.x = x"],
        ),
        (  # a line stands in the wrong place
            "def numerical_gradient(f, x):\n"
            "    g, h = np.zeros(x.size), 1e-4\n"
            "    flat = x.reshape(-1)\n"
            "    for i in range(flat.size):\n"
            "        keep = flat[i]\n"
            "        flat[i] = keep + h\n"
            "        up = f(x)\n"
            "        flat[i] = keep - h\n"
            "        g[i] = (up - f(x)) / (2 * h)\n"
            "    flat[i] = keep\n"
            "    return g.reshape(x.shape)\n",
            ["move line 11 (flat[i] = keep) to after line 10, indented by 8 spaces"],
        ),
        (  # a copy that does not end is left behind
            "def softmax(x):\n"
            "    n = 2\n"
            "    while n > 1:\n"
            "        n = n - 1\n"
            "    e = np.exp(x - x.max(axis=-1, keepdims=True))\n"
            "    return e / e.sum(axis=-1)\n",
            ["line 7: try: return e / e.sum(axis=-1, keepdims=True)"],
        ),
    ],
)  # fmt: skip
def test_the_change_that_makes_it_right_is_told(code, answers, tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("import numpy as np\n" + code, encoding="utf-8")
    text = check.tell(here(path, tmp_path, 60.0), "en", 3)
    for answer in answers:
        assert answer in text


def test_a_network_without_parameters_is_no_repair(tmp_path, monkeypatch):
    monkeypatch.setattr("badak.lessons.check.worker.SURE", 60.0)  # enough on a slow machine, too
    found = here(SOLUTIONS / "wrong_net_swapped.py", tmp_path, 60.0)
    texts = [edit["text"] for f in found.findings for edit in f.values.get("edits", [])]
    assert texts
    assert not any("params = {}" in text for text in texts)


def test_the_smallest_failing_input_and_what_is_right_before_it_are_told(tmp_path):
    text = check.tell(here(SOLUTIONS / "wrong_im2col_no_pad.py", tmp_path))
    assert "im2col, line 4: out has shape (4, 4); it should have (16, 4)" in text
    assert "input: x (1, 1, 3, 3), filter_h 2, filter_w 2, stride 1, pad 1" in text
    assert "right for: x (1, 1, 5, 5), filter_h 2, filter_w 2, stride 2, pad 0" in text


def test_hints_come_in_three_steps_the_answer_last(tmp_path):
    found = here(SOLUTIONS / "wrong_col2im_assigns.py", tmp_path)
    first, second, third = (check.tell(found, "en", step) for step in (1, 2, 3))
    assert "several windows share" in first
    assert "instead of +=" not in first
    assert "more: --hint 2" in first
    assert "instead of +=" in second
    assert "+= col[" not in second
    assert "+= col[" in third
    assert "more" not in third
    assert "덮어쓴다" in check.tell(found, "ko", 2)


def test_no_change_is_advised_that_repairs_nothing(tmp_path):
    code = """
import numpy as np
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, x):
        self.x = x.reshape(len(x), -1)
        return np.dot(self.x, self.W) + self.b
    def backward(self, dout):
        self.dW, self.db = np.dot(self.x.T, dout), np.sum(dout, axis=0)
        return np.dot(dout, self.W.T)
"""
    (finding,) = report(code, tmp_path).findings
    assert finding.fault == "shape_not_restored"
    assert "edits" not in finding.values


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name + subject.form[0])
def test_every_fault_shows_in_some_trial_and_all_have_words(subject):
    for output, faults in subject.wrong.items():
        for fault, compute in faults.items():
            shows = []
            for trial in subject.trials:
                try:
                    with np.errstate(all="ignore"):
                        result = compute(trial)
                except (ValueError, IndexError, BadakError):
                    shows.append(True)
                    continue
                shows.append(difference(result, subject.right[output](trial), subject.rtol))
            assert any(shows), (output, fault)
            assert fault.partition(" ")[0] in ANSWERS


def test_the_tables_of_words_have_the_same_keys_and_fields():
    assert set(en.FAULTS) == set(ko.FAULTS) == set(ANSWERS)

    def fields(text):
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    for name in ("SENTENCES", "PHRASES"):
        english, korean = getattr(en, name), getattr(ko, name)
        assert {k: fields(v) for k, v in english.items()} == {
            k: fields(v) for k, v in korean.items()
        }
    for question, name in ko.FAULTS.values():
        assert question[-1] in "?."
        assert name.endswith("다")


def test_the_remarks_in_the_third_hints_have_a_translation():
    lines = [x for v in ANSWERS.values() for x in ([v] if isinstance(v, str) else v.values())]
    remarks = {line.partition("   # ")[2] for line in lines} - {""}
    code = {"t.shape[0]", "self.dW = ...; self.db = ...", "N, C, H, W", "self.mask = x <= 0"}
    assert remarks == set(ko.COMMENTS) | code


@pytest.mark.parametrize(
    ("code", "kind", "line", "words"),
    [
        ("def im2col(x, h, w):\n    return None\n", "none", 1, "None"),
        ("def softmax(x):\n    y = 1\n    return y / 0\n", "raised", 3, "ZeroDivisionError"),
        ("import numpyy\n", "file_raised", 1, "No module named 'numpyy'"),
        ("def softmax(x):\n    return softmax(x)\n", "raised", 2, "RecursionError"),
        ("def softmax(x):\n    return 'half'\n", "type", 1, "str"),
        ("def softmax(x):\n    return x[:1]\n", "shape", 1, "(1,)"),
        ("x = 1\nraise SystemExit(3)\n", "file_raised", 2, "SystemExit"),
        ("def softmax(x):\n    return x.mean_(0)\n", "raised", 2, "AttributeError"),
        ("x = y\n", "name", 1, "the name y is not defined"),
    ],
)
def test_what_the_code_does_wrong_is_told_with_its_line(code, kind, line, words, tmp_path):
    found = report(code, tmp_path).findings
    assert [(finding.kind, finding.line) for finding in found] == [(kind, line)]
    assert words in check.tell(check.Report("mine.py", found))


def test_a_layer_without_backward_is_judged_by_its_forward(tmp_path):
    found = report("class Relu:\n    def forward(self, x):\n        return x * (x > 0)\n", tmp_path)
    assert found.findings == ()
    assert found.right == ("Relu",)
    assert [(f.kind, f.line) for f in found.remarks] == [("forward_only", 1)]
    assert "no method backward" in check.tell(found)


def test_prints_are_left_out_and_told(tmp_path, capfd):
    found = report(
        "import numpy as np\n\n\ndef softmax(x):\n    print(x)\n"
        "    e = np.exp(x - x.max(-1, keepdims=True))\n    return e / e.sum(-1, keepdims=True)\n",
        tmp_path,
    )
    assert capfd.readouterr().out == ""
    assert found.findings == ()
    assert [(f.kind, f.line) for f in found.remarks] == [("prints", 5)]


def test_a_file_without_exercises_says_so(tmp_path):
    assert "nothing to check" in check.tell(report("x = 1\n", tmp_path))


# In a process of its own: what would hang or end this one.


def test_a_loop_without_end_is_stopped_and_its_line_told(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text((SOLUTIONS / "wrong_endless.py").read_text() + "\n\nclass AddLayer:\n"
                    "    def forward(self, x, y):\n        return x + y\n\n"
                    "    def backward(self, dout):\n        return dout, dout\n")  # fmt: skip
    found = check.check_file(path, seconds=3)
    assert [(f.fault, f.kind) for f in found.findings] == [("endless", "endless")]
    assert found.findings[0].line in (7, 8)
    assert found.right == ("AddLayer",)


def test_what_the_machine_lacks_is_no_fault_and_the_books_modules_are_there(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "from common.functions import *\nfrom two_layer_net import TwoLayerNet\na = input()\n"
        "b = open('no.npz')\nc = b.read()\n\n\nclass AddLayer:\n"
        "    def forward(self, x, y):\n        return x + y\n"
    )
    found = check.check_file(path)
    assert (found.findings, found.right) == ((), ("AddLayer",))
    assert {("not_here", 3), ("not_here", 4)} <= {(f.kind, f.line) for f in found.remarks}


def test_what_only_waits_is_stopped_too(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("import time\ntime.sleep(600)\n")
    (remark,) = check.check_file(path, seconds=0.5).remarks
    assert (remark.kind, remark.line, remark.values) == ("slow_script", 2, {"seconds": "3"})


def test_code_that_kills_its_process_is_told_and_the_rest_checked(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "import os\n\n\ndef softmax(x):\n    os._exit(7)\n\n\nclass AddLayer:\n"
        "    def forward(self, x, y):\n        return x + y\n\n"
        "    def backward(self, dout):\n        return dout, 2 * dout\n"
    )
    found = check.check_file(path)
    assert [(f.subject, f.kind) for f in found.findings] == [
        ("softmax", "died"),
        ("AddLayer", "value"),
    ]
    assert found.findings[0].values == {"code": 7}
    assert found.findings[0].line == 4


def test_too_much_memory_is_told_with_its_line(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("def softmax(x):\n    return [0.0] * 2**40\n")
    (finding,) = check.check_file(path).findings
    assert (finding.kind, finding.fault, finding.line) == ("raised", "memory", 2)


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(FormatError, match=r"nothing\.py cannot be read"):
        check.check_file(tmp_path / "nothing.py")
    (tmp_path / "a.py").write_bytes(b"\xff\xfe")
    with pytest.raises(FormatError, match=r"a\.py cannot be read: it is not UTF-8 text"):
        check.check_file(tmp_path / "a.py")
    korean = "# 한글\nclass AddLayer:\n    pass\n"
    (tmp_path / "b.py").write_bytes(korean.encode("cp949"))
    with pytest.raises(FormatError, match=r"save it with the encoding UTF-8"):
        check.check_file(tmp_path / "b.py")
    (tmp_path / "c.py").write_bytes(b"# coding: cp949\n" + korean.encode("cp949"))
    assert check.check_file(tmp_path / "c.py").unfit == ("AddLayer",)
    with pytest.raises(BadakError, match=r"seconds must be above 0; got 0"):
        check.check_file(tmp_path / "a.py", seconds=0)
    with pytest.raises(BadakError, match=r"language must be .*got 'fr'"):
        check.tell(check.Report("a.py", ()), "fr")


def test_progress_counts_tries_and_keeps_the_first_day(tmp_path):
    wrong = check.Report("a.py", (check.Finding("im2col", "changed", 1, "changes_input"),))
    check.record(wrong, tmp_path)
    own = check.record(check.Report("a.py", (), right=("im2col",)), tmp_path)
    assert own["im2col"]["tries"] == 2
    assert own["im2col"]["right"]
    assert own["im2col"]["since"]
    again = check.record(wrong, tmp_path)["im2col"]
    assert (again["right"], again["tries"], again["since"]) == (False, 3, own["im2col"]["since"])
    assert again["fault"] == "changes_input"
    assert [path.name for path in tmp_path.iterdir()] == ["badak-progress.json"]


@pytest.mark.parametrize("content", ["[", "[1]", '{"a.py": 3}', '{"a.py": {"im2col": {}}}'])
def test_a_damaged_file_of_progress_is_told_and_kept(content, tmp_path):
    place = tmp_path / "badak-progress.json"
    place.write_text(content)
    with pytest.raises(FormatError, match=r"badak-progress\.json is no file of progress"):
        check.record(check.Report("a.py", (), right=("im2col",)), tmp_path)
    assert place.read_text() == content


def test_a_class_is_a_table_with_a_row_for_each_file(tmp_path):
    reports = [
        here(SOLUTIONS / "wrong_relu_mask.py", tmp_path),
        check.Report("b.py", (), right=("Relu", "Affine")),
    ]
    from badak import terminal

    text = terminal.render(check.class_table(reports, "pupils"))
    assert text.startswith("2 files in pupils")
    rows = {line.split()[0]: line for line in text.splitlines() if ".py" in line}
    assert "Relu: the sign of dout decides" in rows["wrong_relu_mask.py"]
    assert "Relu, Affine" in rows["b.py"]


@given(st.permutations(["x", "filter_h", "filter_w"]), st.booleans())
def test_arguments_are_found_by_name_in_any_order(order, pad):
    names = {"x": "img", "filter_h": "kh", "filter_w": "kw"}
    parameters = [names[role] for role in order] + (["padding=0"] if pad else [])
    call = eval(f"lambda {', '.join(parameters)}: 0")
    roles = {"x": 1, "filter_h": 2, "filter_w": 3, "stride": 1, "pad": 0}
    values = {"img": 1, "kh": 2, "kw": 3}
    assert fitted(call, roles)[:3] == [values[name] for name in parameters[:3]]
    with pytest.raises(Unfit):
        fitted(call, roles | {"stride": 2})


@given(st.integers(0, 5), st.sampled_from([1.0, np.nan, -2.0, np.inf]))
def test_the_first_differing_number_is_found(place, value):
    right = np.arange(6.0).reshape(2, 3) + 10
    got = right.copy()
    got.flat[place] = value
    found = difference(got, right)
    assert found is not None
    assert found["place"] == f"[{place // 3}, {place % 3}]"
    assert found["kind"] == ("value" if np.isfinite(value) else "nan")
    assert difference(right, right) is None


def test_a_report_can_be_written_as_json(tmp_path):
    found = here(SOLUTIONS / "wrong_net_swapped.py", tmp_path).as_dict()
    assert json.loads(json.dumps(found))["findings"][0]["fault"] == "gradients_swapped"
