"""Mobile networks as torchvision builds them: structure, names and order, written again.

Each function takes what makes it small. Dropout is left out; it has no weights.
"""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F


def divisible(value):
    """The nearest multiple of 8, or the next if that is less than 90 %."""
    near = max(8, int(value + 4) // 8 * 8)
    return near + 8 if near < 0.9 * value else near


def conv(before, after, kernel=1, stride=1, groups=1, act=nn.ReLU, norm=nn.BatchNorm2d):
    """Convolution, batch norm, and the activation, if any, as 0, 1 and 2."""
    layer = nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, norm(after), *([act()] if act else []))


class Gate(nn.Module):
    def __init__(self, channels, squeezed, act, sigmoid):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)
        self.act, self.sigmoid = act, sigmoid

    def forward(self, x):
        factor = F.adaptive_avg_pool2d(x, 1)
        return x * self.sigmoid(self.fc2(self.act(self.fc1(factor))))


class Inverted(nn.Module):
    """As in MobileNetV3 and EfficientNet; MobileNetV2's calls its layers `conv`."""

    def __init__(self, before, wide, after, kernel, stride, act, squeezed=0, gate=None, **norm):
        super().__init__()
        make = partial(conv, act=act, **norm)
        layers = [] if wide == before else [make(before, wide)]
        layers.append(make(wide, wide, kernel, stride, wide))
        if squeezed:
            layers.append(Gate(wide, squeezed, *gate))
        layers.append(conv(wide, after, act=None, **norm))
        self.block = nn.Sequential(*layers)
        self.added = before == after and stride == 1

    def forward(self, x):
        return self.block(x) + x if self.added else self.block(x)


class Inverted2(Inverted):
    def __init__(self, before, wide, after, stride):
        super().__init__(before, wide, after, 3, stride, nn.ReLU6)
        *convs, last = self.block
        del self.block
        self.conv = nn.Sequential(*convs, *last)

    def forward(self, x):
        return self.conv(x) + x if self.added else self.conv(x)


class Classifier(nn.Module):
    """Features, the mean of each map, and what `classifier` names; `fc` in other families."""

    def __init__(self, features, classifier):
        super().__init__()
        self.features, self.classifier = features, classifier

    def forward(self, x):
        return self.classifier(self.features(x).mean((2, 3)))


def mobilenet_v2(width, classes, stem=2):
    channels = divisible(32 * width)
    layers = [conv(3, channels, 3, stem, act=nn.ReLU6)]
    for t, c, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                       (6, 160, 3, 2), (6, 320, 1, 1)):  # fmt: skip
        for stride in (s, *[1] * (n - 1)):
            layers.append(Inverted2(channels, t * channels, divisible(c * width), stride))
            channels = divisible(c * width)
    layers.append(conv(channels, 1280, act=nn.ReLU6))
    return Classifier(
        nn.Sequential(*layers), nn.Sequential(nn.Identity(), nn.Linear(1280, classes))
    )


def mobilenet_v3_small(width, classes, stem=2):
    norm = partial(nn.BatchNorm2d, eps=1e-3)
    scaled = [divisible(16 * width)]
    layers = [conv(3, scaled[0], 3, stem, act=nn.Hardswish, norm=norm)]
    rows = ((3, 16, 16, 1, 0, 2), (3, 72, 24, 0, 0, 2), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, 2),
            (5, 240, 40, 1, 1, 1), (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1),
            (5, 144, 48, 1, 1, 1), (5, 288, 96, 1, 1, 2), (5, 576, 96, 1, 1, 1),
            (5, 576, 96, 1, 1, 1))  # fmt: skip
    for kernel, wide, after, gated, hard, stride in rows:
        wide, after = divisible(wide * width), divisible(after * width)
        squeezed = divisible(wide // 4) if gated else 0
        act = nn.Hardswish if hard else nn.ReLU
        gate = (F.relu, F.hardsigmoid)
        layers.append(
            Inverted(scaled[-1], wide, after, kernel, stride, act, squeezed, gate, norm=norm)
        )
        scaled.append(after)
    last, hidden = 6 * scaled[-1], divisible(1024 * width)
    layers.append(conv(scaled[-1], last, act=nn.Hardswish, norm=norm))
    end = (nn.Linear(last, hidden), nn.Hardswish(), nn.Identity(), nn.Linear(hidden, classes))
    return Classifier(nn.Sequential(*layers), nn.Sequential(*end))


def efficientnet_b0(width, counts, classes, stem=2):
    channels = divisible(32 * width)
    stages = [conv(3, channels, 3, stem, act=nn.SiLU)]
    rows = ((1, 3, 1, 16), (6, 3, 2, 24), (6, 5, 2, 40), (6, 3, 2, 80), (6, 5, 1, 112),
            (6, 5, 2, 192), (6, 3, 1, 320))  # fmt: skip
    for (times, kernel, first, after), count in zip(rows, counts, strict=True):
        blocks = []
        for stride in (first, *[1] * (count - 1)):
            wide, squeezed = times * channels, max(1, channels // 4)
            args = (channels, wide, divisible(after * width), kernel, stride, nn.SiLU, squeezed)
            blocks.append(Inverted(*args, (F.silu, torch.sigmoid)))
            channels = divisible(after * width)
        stages.append(nn.Sequential(*blocks))
    head = divisible(1280 * width)
    stages.append(conv(channels, head, act=nn.SiLU))
    end = nn.Sequential(nn.Identity(), nn.Linear(head, classes))
    return Classifier(nn.Sequential(*stages), end)


class Stages(nn.Module):
    """Named stages one after the other, the mean of each map, and `fc`."""

    def __init__(self, stages, channels, classes):
        super().__init__()
        self.names = list(stages)
        for name, stage in stages.items():
            self.add_module(name, stage)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        for name in self.names:
            x = getattr(self, name)(x)
        return self.fc(x.mean((2, 3)))


class ShuffleUnit(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        half = after // 2
        self.branch1 = nn.Sequential()
        if stride == 2:
            self.branch1 = nn.Sequential(
                *conv(before, before, 3, 2, before, act=None), *conv(before, half)
            )
        self.branch2 = nn.Sequential(
            *conv(before if stride == 2 else half, half),
            *conv(half, half, 3, stride, half, act=None),
            *conv(half, half),
        )

    def forward(self, x):
        first, second = (x, x) if len(self.branch1) else x.chunk(2, 1)
        y = torch.cat([self.branch1(first), self.branch2(second)], 1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


def shufflenet_v2(counts, filters, classes, stem=2):
    first, *widths, last = filters
    pool = nn.MaxPool2d(3, 2, 1) if stem == 2 else nn.Identity()
    stages, channels = {"conv1": conv(3, first, 3, stem), "maxpool": pool}, first
    for number, (count, width) in enumerate(zip(counts, widths, strict=True), 2):
        units = [ShuffleUnit(channels, width, 2)]
        units += [ShuffleUnit(width, width, 1) for _ in range(count - 1)]
        stages[f"stage{number}"], channels = nn.Sequential(*units), width
    return Stages(stages | {"conv5": conv(channels, last)}, last, classes)


def mobilenet_v1(width, classes, stem=2):
    """As the paper's table 1; names of a Sequential."""
    channels = divisible(32 * width)
    layers = [conv(3, channels, 3, stem)]
    rows = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5,
            (1024, 2), (1024, 1))  # fmt: skip
    for after, stride in rows:
        layers.append(conv(channels, channels, 3, stride, channels))
        layers.append(conv(channels, divisible(after * width)))
        channels = divisible(after * width)
    return Classifier(nn.Sequential(*layers), nn.Linear(channels, classes))
