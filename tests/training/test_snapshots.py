"""Snapshots: their content; they change no bit, survive a resume, and stay small."""

import numpy as np
import pytest

from badak import BadakError, FormatError, Network, Trainer, data, storage
from badak.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, TableConv2d
from badak.training import RunDirectory, snapshots
from badak.training.snapshots import Snapshots


def small_net(seed=0):
    layers = [Conv2d(3, 5), ReLU(), MaxPool2d(4), Flatten(), Linear(8), ReLU(), Linear(10)]
    return Network(layers, (1, 28, 28), seed=seed)


def trained(folder=None, steps=None, every=2, resume=False) -> Trainer:
    train, test = data.load("digits")
    trainer = Trainer(
        small_net(), epochs=2, batch_size=20, max_steps=steps, snapshots=every, progress=False
    )
    trainer.fit(train[:100], test[:50], folder, resume)
    return trainer


def test_each_snapshot_is_the_network_of_its_step():
    arrays = trained().snapshots.arrays()
    np.testing.assert_array_equal(arrays["steps"], [0, 2, 4, 6, 8, 10])
    _, test = data.load("digits")
    test = test[:50]
    for t, step in enumerate(arrays["steps"]):
        net, before = small_net(), small_net()
        if step:
            net, before = trained(steps=int(step)).net, trained(steps=int(step) - 1).net
        weights = net.parameters()
        np.testing.assert_array_equal(arrays["filters.conv1"][t], weights["conv1.weight"])
        maps, _ = net.layers["conv1"].forward(arrays["images"], False)
        np.testing.assert_allclose(arrays["maps.conv1"][t], maps, rtol=1e-5)
        hidden = test.images
        for name in ("conv1", "relu1", "pool1", "flatten1", "linear1", "relu2"):
            hidden, _ = net.layers[name].forward(hidden, False)
        assert arrays["dead.relu2"][t] == (hidden == 0).all(axis=0).mean()
        confusion = np.zeros((10, 10))
        np.add.at(confusion, (test.labels, net.predict(test.images)), 1)
        np.testing.assert_array_equal(arrays["confusion"][t], confusion)
        for name in ("conv1.weight", "linear2.weight"):
            old = before.parameters()[name]
            ratio = np.linalg.norm(weights[name] - old) / np.linalg.norm(old) if step else np.nan
            np.testing.assert_allclose(arrays[f"ratio.{name}"][t], ratio, rtol=1e-5)


def test_a_convolution_by_table_is_recorded_too():
    layers = [TableConv2d([[0], [0]], 3), ReLU(), Flatten(), Linear(10)]
    net = Network(layers, (1, 28, 28))
    trainer = Trainer(net, epochs=1, batch_size=30, snapshots=2, progress=False)
    trainer.fit(data.load("digits")[0][:60])
    filters = trainer.snapshots.arrays()["filters.conv1"]
    np.testing.assert_array_equal(filters[-1], net.parameters()["conv1.weight"])


def test_the_images_are_of_different_classes():
    labels = trained().snapshots.arrays()["labels"]
    assert len(labels) == len(set(labels.tolist())) == snapshots.IMAGES


def test_recording_changes_no_bit():
    train, test = data.load("digits")
    plain = Trainer(small_net(), epochs=2, batch_size=20, progress=False)
    plain.fit(train[:100], test[:50])
    for name, array in trained(every=1).net.parameters().items():
        np.testing.assert_array_equal(array, plain.net.parameters()[name])


@pytest.mark.parametrize("stop", [3, 4, 5])
def test_a_resumed_run_has_the_uninterrupted_runs_file(tmp_path, stop):
    trained(tmp_path / "whole")
    trained(tmp_path / "parts", steps=stop)
    trained(tmp_path / "parts", resume=True)
    whole, parts = (RunDirectory(tmp_path / name).snapshots for name in ("whole", "parts"))
    assert whole.read_bytes() == parts.read_bytes()


def test_what_lies_beyond_the_checkpoint_is_recorded_again(tmp_path):
    """A process killed between the two files leaves snapshots of steps that are repeated."""
    trained(tmp_path / "whole")
    trained(tmp_path / "parts", steps=4)
    parts = RunDirectory(tmp_path / "parts").snapshots
    whole = RunDirectory(tmp_path / "whole").snapshots.read_bytes()
    parts.write_bytes(whole)
    trained(tmp_path / "parts", resume=True)
    assert parts.read_bytes() == whole


@pytest.mark.parametrize("limit", ["MAX_COUNT", "MAX_BYTES"])
def test_too_many_are_thinned_out(monkeypatch, tmp_path, limit):
    one = trained().snapshots
    size = sum(array[0].nbytes for name, array in one.arrays().items() if "." in name) + 400
    monkeypatch.setattr(snapshots, limit, 4 if limit == "MAX_COUNT" else 4 * size)
    arrays = trained(tmp_path / "whole", every=1).snapshots.arrays()
    np.testing.assert_array_equal(arrays["steps"], [0, 4, 8])
    assert np.isfinite(arrays["ratio.conv1.weight"][1:]).all()
    trained(tmp_path / "parts", steps=9, every=1)
    trained(tmp_path / "parts", every=1, resume=True)
    whole, parts = (RunDirectory(tmp_path / name).snapshots for name in ("whole", "parts"))
    assert whole.read_bytes() == parts.read_bytes()


@pytest.mark.parametrize("limit", ["MAX_COUNT", "MAX_BYTES"])
def test_the_first_and_a_later_one_are_kept_however_small_the_bound(monkeypatch, limit):
    """A network larger than the bound still has its first and last snapshot."""
    monkeypatch.setattr(snapshots, limit, 1)
    arrays = trained(every=1).snapshots.arrays()
    np.testing.assert_array_equal(arrays["steps"], [0, 8])


def test_a_second_training_begins_from_the_start():
    trainer = trained()
    train, test = data.load("digits")
    trainer.fit(train[:40], test[:50])
    np.testing.assert_array_equal(trainer.snapshots.arrays()["steps"], [0, 2, 4])


def test_without_a_request_nothing_is_written(tmp_path):
    trained(tmp_path, every=None)
    assert not RunDirectory(tmp_path).snapshots.exists()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (None, 2, "begun without snapshots; omit snapshots=2"),
        (2, 3, "has snapshots every 2 steps; got snapshots=3"),
        (2, 4, "has snapshots every 2 steps; got snapshots=4"),
        (6, 2, "has snapshots every 6 steps; got snapshots=2"),
    ],
)
def test_other_steps_are_not_gone_on_with(tmp_path, before, after, message):
    trained(tmp_path, steps=4, every=before)
    with pytest.raises(BadakError, match=message):
        trained(tmp_path, every=after, resume=True)


@pytest.mark.parametrize(("every", "message"), [(0, "at least 1; got 0"), (1.5, "an integer")])
def test_a_wrong_interval_is_refused(every, message):
    with pytest.raises(BadakError, match=f"snapshots must be {message}"):
        Snapshots(every)


def test_another_file_is_refused(tmp_path):
    trained(tmp_path)
    run = RunDirectory(tmp_path)
    good, metadata = storage.load(run.snapshots)
    forged = [
        (good, metadata | {"format": "badak network"}, "no snapshots"),
        (good, metadata | {"spacing": 0}, "do not fit together"),
        (good | {"steps": good["steps"][::-1]}, metadata, "do not fit together"),
        (good | {"steps": good["steps"][1:]}, metadata, "do not fit together"),
        ({k: v for k, v in good.items() if k != "confusion"}, metadata, "do not fit together"),
    ]
    for arrays, text, message in forged:
        storage.save(run.snapshots, arrays, text)
        with pytest.raises(FormatError, match=message):
            trained(tmp_path, resume=True)
