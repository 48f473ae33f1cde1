"""The model card: Markdown and HTML in names are escaped."""

from badak.formats.card import model_card
from badak.models import LeNet5


def test_words_cannot_become_markup():
    card = model_card(
        "a | b\n# c", "A net.", LeNet5(), data={"Classes": "<img src=x>, *a*, b|c"},
        metrics={}, sizes={"File": "1 byte"}, loading="Open it.",
    )  # fmt: skip
    assert card.startswith("# a \\| b \\# c\n\nA net.\n")
    assert "| Classes | \\<img src=x\\>, \\*a\\*, b\\|c |" in card
    assert "| Parameters | 61,706 |" in card
    assert "| File | 1 byte |" in card
    assert "\n## How to load\n\nOpen it.\n" in card
    assert "    conv1: Conv2d(out_channels=6" in card
