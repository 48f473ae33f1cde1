"""Trainer as in the book: it prints its progress (chapter 7.5, common/trainer.py)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from badak import checks
from badak.arrays import Array
from badak.book.optimizer import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSprop

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
}


class Trainer:
    """Trains a network of the book (chapter 7.5); `badak.Trainer` is badak's own.

    Each batch is drawn from all images, with replacement, by NumPy's global generator.

    Args:
        network: has params, gradient(x, t), loss(x, t) and accuracy(x, t).
        x_train: training images.
        t_train: their labels, class indices or one-hot rows.
        x_test: test images.
        t_test: their labels.
        epochs: how many images are drawn, in multiples of the training set.
        mini_batch_size: images per step.
        optimizer: a name in `OPTIMIZERS`, upper or lower case.
        optimizer_param: its arguments.
        evaluate_sample_num_per_epoch: evaluate on the first so many images at the start of each
            epoch; on all if None.
        verbose: whether to print losses and accuracies.

    Attributes:
        train_loss_list: the loss after each step.
        train_acc_list: accuracy on the training images, at each epoch's start.
        test_acc_list: accuracy on the test images.

    Example:
        >>> from badak import data
        >>> from badak.book import SimpleConvNet
        >>> train, test = data.load("digits")
        >>> x, t = train.images[:20], train.labels[:20]
        >>> trainer = Trainer(SimpleConvNet(), x, t, x, t, epochs=1, mini_batch_size=10)
        >>> trainer.train()
        train loss:2...
        === epoch:1, train acc:0..., test acc:0... ===
        train loss:2...
        =============== Final Test Accuracy ===============
        test acc:0...
    """

    def __init__(
        self,
        network: Any,
        x_train: Array,
        t_train: Any,
        x_test: Array,
        t_test: Any,
        epochs: int = 20,
        mini_batch_size: int = 100,
        optimizer: str = "SGD",
        optimizer_param: Mapping[str, Any] = {"lr": 0.01},
        evaluate_sample_num_per_epoch: int | None = None,
        verbose: bool = True,
    ) -> None:
        self.network, self.verbose = network, verbose
        self.x_train, self.t_train = x_train, t_train
        self.x_test, self.t_test = x_test, t_test
        self.epochs, self.batch_size = epochs, mini_batch_size
        self.evaluate_sample_num_per_epoch = evaluate_sample_num_per_epoch
        rule = OPTIMIZERS[checks.choice(str(optimizer).lower(), "optimizer", OPTIMIZERS)]
        self.optimizer = rule(**optimizer_param)
        self.train_size = len(x_train)
        self.iter_per_epoch = max(self.train_size / mini_batch_size, 1)
        self.max_iter = int(epochs * self.iter_per_epoch)
        self.current_iter = self.current_epoch = 0
        self.train_loss_list: list[Any] = []
        self.train_acc_list: list[Any] = []
        self.test_acc_list: list[Any] = []

    def train_step(self) -> None:
        """Make one step, and evaluate if an epoch begins."""
        chosen = np.random.choice(self.train_size, self.batch_size)
        x, t = self.x_train[chosen], self.t_train[chosen]
        grads = self.network.gradient(x, t)
        self.optimizer.update(self.network.params, grads)
        loss = self.network.loss(x, t)
        self.train_loss_list.append(loss)
        self._say(f"train loss:{loss}")
        # The book tests whether iter_per_epoch divides the step, which 12.34 never does.
        if self.current_iter >= self.current_epoch * self.iter_per_epoch:
            self._measure()
        self.current_iter += 1

    def train(self) -> None:
        """Make all steps, and evaluate on all test images."""
        for _ in range(self.max_iter):
            self.train_step()
        test_acc = self.network.accuracy(self.x_test, self.t_test)
        self._say("=============== Final Test Accuracy ===============")
        self._say(f"test acc:{test_acc}")

    def _measure(self) -> None:
        self.current_epoch += 1
        first = slice(self.evaluate_sample_num_per_epoch)
        train_acc = self.network.accuracy(self.x_train[first], self.t_train[first])
        test_acc = self.network.accuracy(self.x_test[first], self.t_test[first])
        self.train_acc_list.append(train_acc)
        self.test_acc_list.append(test_acc)
        self._say(f"=== epoch:{self.current_epoch}, train acc:{train_acc}, test acc:{test_acc} ===")

    def _say(self, words: str) -> None:
        if self.verbose:
            print(words)
