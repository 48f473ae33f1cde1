import os
import sys

sys.path.append(os.pardir)
import matplotlib.pyplot as plt
from common.multi_layer_net import MultiLayerNet
from common.multi_layer_net_extend import MultiLayerNetExtend
from common.optimizer import *
from common.trainer import Trainer
from common.util import shuffle_dataset, smooth_curve
from dataset.mnist import load_mnist

np.random.seed(0)
(x_train, t_train), (x_test, t_test) = load_mnist(normalize=True)
x_train, t_train = shuffle_dataset(x_train, t_train)

rules = {"SGD": SGD(), "Momentum": Momentum(), "AdaGrad": AdaGrad(), "Adam": Adam()}
networks = {key: MultiLayerNet(784, [30, 30], 10, weight_decay_lambda=1e-4) for key in rules}
losses = {key: [] for key in rules}
for _ in range(40):
    chosen = np.random.choice(len(x_train), 64)
    for key, rule in rules.items():
        grads = networks[key].gradient(x_train[chosen], t_train[chosen])
        rule.update(networks[key].params, grads)
        losses[key].append(networks[key].loss(x_train[chosen], t_train[chosen]))
for key, values in losses.items():
    print(key, values[-1] < values[0])
    plt.plot(smooth_curve(values), label=key)
plt.legend()
plt.show()

network = MultiLayerNetExtend(
    input_size=784, hidden_size_list=[30], output_size=10, weight_init_std=0.1,
    use_dropout=True, dropout_ration=0.2, use_batchnorm=True,
)  # fmt: skip
trainer = Trainer(network, x_train, t_train, x_test, t_test, epochs=5, mini_batch_size=100,
                  optimizer="sgd", optimizer_param={"lr": 0.5}, verbose=False)  # fmt: skip
trainer.train()
print("accuracy", trainer.test_acc_list[-1])
plt.figure()
plt.plot(trainer.train_acc_list)
plt.figure()
plt.plot(trainer.test_acc_list)
plt.show()
