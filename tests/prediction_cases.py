"""Random predictions: ties, classes that never occur, confident and uncertain guesses."""

import numpy as np
from hypothesis import strategies as st

from badak.inspect import Predictions


@st.composite
def predicted(draw: st.DrawFn, least_classes_seen: int = 1) -> Predictions:
    """2 to 6 classes and 2 to 40 images; probabilities of a few values only tie often."""
    k = draw(st.integers(2, 6))
    seen = draw(
        st.lists(st.integers(0, k - 1), min_size=least_classes_seen, max_size=k, unique=True)
    )
    n = draw(st.integers(len(seen), 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = generator.permutation([*seen, *generator.choice(seen, n - len(seen))])
    if draw(st.booleans()):
        weights = generator.integers(0, 4, (n, k)) + 1e-3 * (generator.random((n, 1)) < 0.5)
        weights[weights.sum(axis=1) == 0, 0] = 1  # the first class, with certainty
    else:
        weights = generator.random((n, k)) + generator.integers(0, 4) * np.eye(k)[labels]
    probabilities = weights / weights.sum(axis=1, keepdims=True)
    return Predictions(labels, probabilities, [f"class {c}" for c in range(k)])
