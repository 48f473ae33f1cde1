"""PyTorch, as its documentation says to use it: eager, channels last, compiled; fused Adam."""

import os

import torch
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    """Both paths' sum, in place as torchvision adds them."""

    def __init__(self, members, shortcut):
        super().__init__()
        for name, member in members:
            self.add_module(name, member)
        self.members = [member for _, member in members]
        self.shortcut = shortcut

    def forward(self, x):
        """(N, C, H, W) -> what both paths give."""
        y = x
        for member in self.members:
            y = member(y)
        y += self.shortcut(x)
        return y


class Widen(nn.Module):
    """Some of the places, and maps of zeros after them."""

    def __init__(self, channels, stride):
        super().__init__()
        self.channels, self.stride = channels, stride

    def forward(self, x):
        """(N, C, H, W) -> (N, channels, OH, OW)."""
        rows, columns = self.stride
        x = x[:, :, ::rows, ::columns]
        return functional.pad(x, (0, 0, 0, 0, 0, self.channels - x.shape[1]))


def members(entries, parameters, prefix=""):
    """(name, module) of each layer; padding that differs per side is a module of its own."""
    for entry in entries:
        name, kind, arguments = entry["name"], entry["type"], entry["arguments"]
        full = prefix + name
        if kind == "Residual":
            inside = list(members(arguments["layers"], parameters, f"{full}."))
            around = list(members(arguments["shortcut"], parameters, f"{full}.shortcut."))
            yield name, Residual(inside, sequential(around))
            continue
        (top, bottom), (left, right) = arguments.get("padding", ((0, 0), (0, 0)))
        if (top, left) != (bottom, right):
            yield f"{name}_padding", nn.ZeroPad2d((left, right, top, bottom))
            top = left = 0
        yield name, layer(kind, arguments, (top, left), parameters.get(f"{full}.weight"))


def sequential(named):
    net = nn.Sequential()
    for name, member in named:
        net.add_module(name, member)
    return net


def layer(kind, arguments, padding, weight):
    if kind == "Conv2d":
        return nn.Conv2d(
            weight.shape[1] * arguments["groups"],
            arguments["out_channels"],
            arguments["kernel_size"],
            arguments["stride"],
            padding,
            groups=arguments["groups"],
            bias=arguments["bias"],
        )
    if kind == "Linear":
        return nn.Linear(weight.shape[1], weight.shape[0])
    if kind == "BatchNorm2d":
        return nn.BatchNorm2d(len(weight), arguments["eps"], arguments["momentum"])
    if kind == "LocalResponseNorm":  # torch divides alpha by size
        size = arguments["size"]
        alpha = arguments["alpha"] * size
        return nn.LocalResponseNorm(size, alpha, arguments["beta"], arguments["k"])
    window = [arguments.get(name) for name in ("kernel_size", "stride")]
    return {
        "ReLU": lambda: nn.ReLU(inplace=True),
        "ReLU6": lambda: nn.ReLU6(inplace=True),
        "MaxPool2d": lambda: nn.MaxPool2d(*window, padding),
        "AvgPool2d": lambda: nn.AvgPool2d(*window, padding),
        "GlobalAvgPool2d": lambda: nn.AdaptiveAvgPool2d(1),
        "Widen2d": lambda: Widen(arguments["out_channels"], arguments["stride"]),
        "Flatten": nn.Flatten,
        "Dropout": lambda: nn.Dropout(arguments["p"]),
    }[kind]()


def prepare(task, peer):
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    net = sequential(members(task.layers, task.parameters))
    # not strict: batch norm also counts its batches
    net.load_state_dict(
        {name: torch.from_numpy(value) for name, value in task.parameters.items()}, strict=False
    )
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
