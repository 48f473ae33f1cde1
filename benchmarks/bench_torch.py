"""PyTorch, as its documentation says to use it: eager, channels last, compiled; fused Adam."""

import os
from collections import OrderedDict

import torch
from torch import nn


def layer(kind, arguments, weight):
    if kind == "Conv2d":
        return nn.Conv2d(
            weight.shape[1] * arguments["groups"],
            *(arguments[name] for name in ("out_channels", "kernel_size", "stride", "padding")),
            groups=arguments["groups"],
        )
    if kind == "Linear":
        return nn.Linear(weight.shape[1], weight.shape[0])
    if kind == "LocalResponseNorm":  # torch divides alpha by size
        size = arguments["size"]
        alpha = arguments["alpha"] * size
        return nn.LocalResponseNorm(size, alpha, arguments["beta"], arguments["k"])
    return {
        "ReLU": lambda: nn.ReLU(inplace=True),
        "MaxPool2d": lambda: nn.MaxPool2d(arguments["kernel_size"], arguments["stride"]),
        "Flatten": nn.Flatten,
        "Dropout": lambda: nn.Dropout(arguments["p"]),
    }[kind]()


def prepare(task, peer):
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    members = OrderedDict(
        (name, layer(kind, arguments, task.arrays.get(f"{name}.weight")))
        for name, kind, arguments in task.layers
    )
    net = nn.Sequential(members)
    net.load_state_dict({name: torch.from_numpy(value) for name, value in task.parameters.items()})
    x, labels = (torch.from_numpy(task.arrays[name]) for name in ("x", "labels"))
    if peer == "torch-channels-last":
        net = net.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    net.train(task.kind == "train")
    run = torch.compile(net) if peer == "torch-compile" else net
    if task.kind == "forward":

        @torch.inference_mode()
        def forward():
            return run(x)

        return forward

    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    loss_of = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss = loss_of(run(x), labels)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step
