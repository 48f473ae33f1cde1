"""ConvNetClassifier: scikit-learn's own checks, its tools, and what it learns."""

import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pytest
import sklearn.datasets
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import check_estimator

import badak
from badak.data.distinct import distinct
from badak.errors import ArgumentTypeError, BadakError
from badak.layers import Flatten, Linear
from badak.sklearn import ConvNetClassifier, SmallConvNet

N, SEED = 400, 0


@pytest.fixture(scope="module")
def digits():
    """1,797 digits of 8x8, flat, 0 to 1, shuffled: the file is sorted by writer."""
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    return X[order] / 16, y[order]


def quick(**options):
    return ConvNetClassifier(**{"epochs": 2, "random_state": SEED} | options)


def test_every_check_of_scikit_learn_passes():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(ConvNetClassifier(), on_fail=None, on_skip=None)
    fates = {fate: [] for fate in ("passed", "skipped", "failed", "xfail")}
    for result in results:
        fates[result["status"]].append(result["check_name"])
    print({fate: len(names) for fate, names in fates.items()})
    assert fates["failed"] == fates["xfail"] == []
    # Needs an environment variable; for estimators that compute on other arrays.
    assert set(fates["skipped"]) <= {"check_array_api_input"}
    assert len(fates["passed"]) > 50


def test_learns_the_digits(digits):
    X, y = digits
    classifier = ConvNetClassifier(random_state=SEED).fit(X[:1400], y[:1400])
    assert classifier.score(X[1400:], y[1400:]) > 0.96
    assert len(classifier.loss_curve_) == 20
    assert classifier.loss_curve_[-1] < 0.1 * classifier.loss_curve_[0]
    probabilities = classifier.predict_proba(X[1400:])
    assert roc_auc_score(y[1400:], probabilities, multi_class="ovr") > 0.99


def test_works_in_pipeline_grid_search_and_cross_validation(digits):
    X, y = digits[0][:N], digits[1][:N]
    pipeline = make_pipeline(MinMaxScaler(), quick(epochs=6))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.8
    search = GridSearchCV(quick(), {"lr": [1e-6, 1e-2], "optimizer": ["adam"]}, cv=2).fit(X, y)
    assert search.best_params_["lr"] == 1e-2
    assert search.best_estimator_.n_features_in_ == 64


def test_clone_takes_parameters_and_leaves_what_was_learnt(digits):
    X, y = digits[0][:N], digits[1][:N]
    classifier = quick(lr=0.002).fit(X, y)
    copy = clone(classifier)
    assert copy.get_params() == classifier.get_params()
    assert not hasattr(copy, "net_")


def test_a_pickled_classifier_predicts_and_trains_on_alike(digits):
    X, y = digits[0][:N], digits[1][:N]
    classifier = quick().fit(X, y)
    copy = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(copy.predict_proba(X), classifier.predict_proba(X))
    copy.partial_fit(X, y)
    classifier.partial_fit(X, y)
    np.testing.assert_array_equal(copy.predict_proba(X), classifier.predict_proba(X))


def test_the_same_seed_gives_the_same_bits_and_another_does_not(digits):
    X, y = digits[0][:N], digits[1][:N]
    first, second, other = (
        quick(random_state=s).fit(X, y).predict_proba(X) for s in (0, np.random.RandomState(0), 1)
    )
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


def test_flat_and_image_shaped_x_are_the_same(digits):
    X, y = digits[0][:N], digits[1][:N]
    flat = quick().fit(X, y)
    for shaped in (X.reshape(-1, 8, 8), X.reshape(-1, 1, 8, 8), X.reshape(-1, 8, 8).tolist()):
        classifier = quick().fit(shaped, y)
        assert classifier.image_shape_ == (1, 8, 8)
        np.testing.assert_array_equal(classifier.predict_proba(X), flat.predict_proba(shaped))


def test_uint8_is_scaled_as_everywhere_in_badak():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 3, 6, 5), np.uint8)
    y = np.arange(40) % 2
    from_bytes = quick().fit(pixels, y)
    assert from_bytes.image_shape_ == (3, 6, 5)
    from_floats = quick().fit(pixels / np.float32(255), y)
    np.testing.assert_array_equal(
        from_bytes.predict_proba(pixels), from_floats.predict_proba(pixels / np.float32(255))
    )


def test_image_shape_says_how_flat_x_is_laid_out():
    X, y = np.random.default_rng(0).random((20, 30)), np.arange(20) % 2
    assert quick(image_shape=(5, 6)).fit(X, y).image_shape_ == (1, 5, 6)
    assert quick(image_shape=(2, 3, 5)).fit(X, y).image_shape_ == (2, 3, 5)
    assert quick().fit(X, y).image_shape_ == (1, 1, 30)
    with pytest.raises(BadakError, match=r"image_shape \(5, 5\).* 25 pixels.* 30 features"):
        quick(image_shape=(5, 5)).fit(X, y)
    with pytest.raises(BadakError, match=r"images of \(1, 5, 6\); got \(6, 5\)"):
        quick(image_shape=(5, 6)).fit(X, y).predict(X.reshape(-1, 6, 5))


def test_labels_may_be_strings(digits):
    X, y = digits[0][:N], np.array([f"digit {label}" for label in digits[1][:N]])
    classifier = quick(epochs=8).fit(X, y)
    assert list(classifier.classes_) == [f"digit {k}" for k in range(10)]
    assert (classifier.predict(X) == y).mean() > 0.9


def test_partial_fit_learns_piece_by_piece(digits):
    X, y = digits
    classifier = quick()
    with pytest.raises(BadakError, match=r"classes.* first call"):
        classifier.partial_fit(X[:N], y[:N])
    for _ in range(4):
        for part in (slice(0, 700), slice(700, 1400)):
            classifier.partial_fit(X[part], y[part], classes=range(10))
    assert classifier.score(X[1400:], y[1400:]) > 0.85
    with pytest.raises(BadakError, match=r"got \['x'\]|got \[12\]"):
        classifier.partial_fit(X[:1], [12])
    with pytest.raises(BadakError, match=r"classes.*those of.* first call"):
        classifier.partial_fit(X[:1], [1], classes=range(9))


def test_sample_weight_is_repetition_and_order_is_nothing(digits):
    X, y = digits[0][:60], digits[1][:60]
    weight = np.arange(60) % 4
    again = np.random.default_rng(0).permutation(np.repeat(np.arange(60), weight))
    weighted = quick(batch_size=16).fit(X, y, sample_weight=weight)
    repeated = quick(batch_size=16).fit(X[again], y[again])
    np.testing.assert_array_equal(weighted.predict_proba(X), repeated.predict_proba(X))
    unweighted = quick(batch_size=16).fit(X, y)
    assert not np.array_equal(weighted.predict_proba(X), unweighted.predict_proba(X))


def test_a_probability_follows_the_weights():
    """One image with two labels: the network learns each label's share of the weight."""
    X = np.ones((2, 9))
    classifier = quick(epochs=200).fit(X, ["rare", "usual"], sample_weight=[0.5, 4.5])
    np.testing.assert_allclose(classifier.predict_proba(X[:1]), [[0.1, 0.9]], atol=0.01)


def test_distinct_keeps_equal_images_of_different_labels_apart():
    x = np.zeros((4, 1, 1, 2), np.float32)
    x[3] = 1
    images, labels, weight = distinct(x, np.array([0, 1, 0, 0]), np.ones(4))
    found = {
        (image.sum(), label): w for image, label, w in zip(images, labels, weight, strict=True)
    }
    assert found == {(0, 0): 2, (0, 1): 1, (2, 0): 1}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"batch_size": 2.5}, "batch_size must be an integer"),
        ({"optimizer": "adamm"}, "optimizer must be one of 'sgd'"),
        ({"model": "vgg99"}, "model must be one of 'simple'"),
        ({"lr": -1.0}, "lr must be above 0"),
        ({"image_shape": (2, 2, 2, 8)}, r"an image must be \(H, W\) or \(C, H, W\)"),
        ({"model": lambda **_: SmallConvNet((1, 8, 8), 3)}, "a Network with 10 outputs"),
    ],
)
def test_a_bad_argument_is_named(digits, options, words):
    with pytest.raises(BadakError, match=words):
        quick(**options).fit(digits[0][:N], digits[1][:N])


@pytest.mark.parametrize("weight", [np.zeros(N), -np.ones(N), np.ones(N - 1)])
def test_a_bad_weight_is_refused(digits, weight):
    with pytest.raises(BadakError, match=r"sample_weight.*got"):
        quick().fit(digits[0][:N], digits[1][:N], sample_weight=weight)


def test_the_model_is_a_name_or_a_function(digits):
    X, y = digits[0][:N], digits[1][:N]
    named = quick(model="lenet", image_shape=(8, 8), epochs=1).fit(X, y)
    assert "conv2" in named.net_.layers

    def linear(input_shape, num_classes, seed):
        return badak.Network([Flatten(), Linear(num_classes)], input_shape, seed=seed)

    assert list(quick(model=linear).fit(X, y).net_.layers) == ["flatten1", "linear1"]


def test_without_scikit_learn_the_error_names_the_extra():
    script = "import sys; sys.modules['sklearn'] = None; import badak.sklearn"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "pip install 'badak[sklearn]'" in done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (SmallConvNet((1, 8, 8), 10), "model must be None, a name .* got Network: "),
        (7, "model must .* got int: "),
        (
            lambda shape: None,
            r"called as model\(input_shape=, num_classes=, seed=\).* got function",
        ),
    ],
)
def test_a_model_that_cannot_be_called_so_is_named(digits, model, words):
    with pytest.raises(ArgumentTypeError, match=words):
        quick(model=model).fit(digits[0][:N], digits[1][:N])


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        (lambda X: X * 255, "X reach 255; .* X / 255"),
        (lambda X: (X * -180).astype(np.int16), "X reach 180; .* X / 255"),
        (lambda X: (X * 99).reshape(-1, 8, 8).tolist(), "X reach 99"),
        (lambda X: (X > 0.5).astype(np.uint8), "X are uint8 of 0 and 1, and uint8 is divided"),
        (lambda X: X.reshape(-1, 8, 8, 1), "8 channels of 8x1 pixels; .*X.transpose"),
    ],
)
def test_images_on_an_odd_scale_or_with_channels_last_are_told_of(digits, scale, words):
    with pytest.warns(UserWarning, match=words) as caught:
        quick(epochs=1).fit(scale(digits[0][:60]), digits[1][:60])
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "scale", [lambda X: X, lambda X: X > 0.5, lambda X: (X - 0.3) * 20, lambda X: X * 16]
)
def test_usual_scales_are_no_reason_for_a_warning(digits, scale):
    quick(epochs=1).fit(scale(digits[0][:60]), digits[1][:60])  # a warning would fail the test


def test_channels_last_are_named_where_the_shape_is_known():
    X, y = np.zeros((6, 9, 7, 3)), np.arange(6) % 2
    with pytest.raises(BadakError, match=r"X.*got \(6, 9, 7, 3\), channels"):
        quick(image_shape=(3, 9, 7)).fit(X, y)


def test_a_classifier_mapped_from_a_file_trains_on(digits, tmp_path):
    X, y = digits[0][:N], digits[1][:N]
    classifier = quick(epochs=1).fit(X, y)
    joblib.dump(classifier, tmp_path / "classifier.joblib")
    content = (tmp_path / "classifier.joblib").read_bytes()
    mapped = joblib.load(tmp_path / "classifier.joblib", mmap_mode="r")
    for _ in range(2):
        np.testing.assert_allclose(
            mapped.predict_proba(X), classifier.predict_proba(X), rtol=1e-4, atol=1e-6
        )
        classifier.partial_fit(X, y)
        mapped.partial_fit(X, y)
    assert (tmp_path / "classifier.joblib").read_bytes() == content
