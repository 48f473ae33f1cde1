"""What is kept of a network is of its weights, also if they change within the same network."""

from badak import data, models
from badak.inspect.explore import QUESTIONS, Subject


def test_what_took_long_is_computed_again_after_a_training():
    net = models.LeNet5(input_shape=(1, 28, 28))
    train, test = (part[:40] for part in data.load("digits"))
    subject = Subject(net, train.class_names, load=lambda: (train, test), input=test.images[0])
    calls = []
    assert subject.once("calls", lambda: calls.append(0) or len(calls)) == 1
    assert subject.once("calls", lambda: calls.append(0) or len(calls)) == 1
    QUESTIONS["nearest"](subject)
    for array in net.parameters().values():
        array *= -0.5
    assert subject.once("calls", lambda: calls.append(0) or len(calls)) == 2
    found = QUESTIONS["nearest"](subject).facts
    assert found == QUESTIONS["nearest"](Subject(**{**vars(subject), "kept": {}})).facts
