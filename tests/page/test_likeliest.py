"""The class that an answer names; null is a number that is not finite."""

import node


def test_the_largest_share_and_none_of_a_network_that_diverged(tmp_path):
    cases = "[[0.1, 0.7, 0.2], [null, null], [null, 0.5], [0, 0], [], [NaN, -1]].map(likeliest)"
    found = node.run("parts/likeliest.js", f"console.log(JSON.stringify({cases}));", tmp_path)
    assert found == [1, -1, 1, 0, -1, 1]


def test_a_share_that_is_no_number_is_not_nought(tmp_path):
    cases = "[0.5, 0, null, NaN].map(percent)"
    found = node.run("words.js", f"console.log(JSON.stringify({cases}));", tmp_path)
    assert found == ["50.0%", "0.0%", "\u2013", "\u2013"]
