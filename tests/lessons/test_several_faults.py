"""Two faults in one result: the checker names those that are there, and no third."""

from pathlib import Path

from badak.lessons import check

SOLUTIONS = Path(__file__).parent / "solutions"


def test_two_faults_of_one_gradient_are_not_called_another(tmp_path):
    """Together they are right for a 1x1 window only, but no size is fixed; dW also rights db."""
    code = (SOLUTIONS / "wrong_conv_dout_order.py").read_text(encoding="utf-8")
    right, flipped = "np.dot(dout, self.col_W.T)", "self.W[:, :, ::-1, ::-1].reshape(FN, -1)"
    assert right in code
    path = tmp_path / "mine.py"
    path.write_text(code.replace(right, f"np.dot(dout, {flipped})"), encoding="utf-8")
    faults = {found.values["output"]: found.fault for found in check.check_file(path).findings}
    assert faults == {"dx": "kernel_flipped", "dW": "order_not_transposed"}
