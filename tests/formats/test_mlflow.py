"""MLflow's store holds the numbers of the history, also for a resumed run."""

import sys

import pytest

from badak import BadakError, Trainer, data, models
from badak.formats.mlflow import MLflow


@pytest.fixture
def client(tmp_path, monkeypatch):
    """The library's own reader of a store in a folder."""
    import mlflow

    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"file:{tmp_path / 'store'}")
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(before)


def trainer(callback, **more):
    return Trainer(
        models.LeNet5(), epochs=2, batch_size=50, progress=False, callbacks=[callback], **more
    )


def runs(client):
    (experiment,) = [one for one in client.search_experiments() if one.name == "pets"]
    return client.search_runs([experiment.experiment_id])


def metric(client, run, key):
    return {one.step: one.value for one in client.get_metric_history(run.info.run_id, key)}


def test_the_store_holds_the_history(client):
    train, test = data.load("digits")
    sending = MLflow("pets", "first", {"lr": 0.5})
    history = trainer(sending).fit(train[:200], validation=test[:50])
    (run,) = runs(client)
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    assert run.data.params == {"lr": "0.5"}
    for name in ("loss", "accuracy", "lr"):
        expected = {record.step: getattr(record, name) for record in history.steps}
        assert metric(client, run, f"step/{name}") == pytest.approx(expected)
    for name in ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"):
        expected = {record.step: getattr(record, name) for record in history.epochs}
        assert metric(client, run, f"epoch/{name}") == pytest.approx(expected)


def test_a_resumed_training_goes_on_in_its_run(client, tmp_path):
    train, _ = data.load("digits")
    for steps in (3, None):
        sending = MLflow("pets", remember=tmp_path / "mlflow.txt")
        run = trainer(sending, max_steps=steps)
        history = run.fit(train[:200], run_dir=tmp_path / "run", resume=steps is None)
    (run,) = runs(client)
    assert list(metric(client, run, "step/loss")) == [record.step for record in history.steps]


def test_a_server_that_dies_stops_no_training(client, monkeypatch):
    train, _ = data.load("digits")
    sending = MLflow("pets")

    def dead(*_):
        raise ConnectionError("the server is gone\nand more")

    monkeypatch.setattr("mlflow.MlflowClient.log_batch", dead)
    with pytest.warns(UserWarning, match=r"server is gone; training goes on") as seen:
        history = trainer(sending).fit(train[:100])
    assert (len(seen), len(history.epochs)) == (1, 2)


def test_a_server_that_cannot_be_used_is_named(client, monkeypatch):
    train, _ = data.load("digits")

    def refuses(*_):
        raise ConnectionError("refused")

    monkeypatch.setattr("mlflow.MlflowClient.get_experiment_by_name", refuses)
    with pytest.raises(BadakError, match=r"file:.*store cannot be used: refused"):
        trainer(MLflow("pets")).fit(train[:100])


def test_the_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ImportError, match=r"pip install 'badak\[mlflow\]'"):
        MLflow()
