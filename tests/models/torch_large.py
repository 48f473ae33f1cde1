"""Larger networks as torchvision builds them: structure, names and order, written again."""

import torch
from torch import nn
from torch.nn import functional as F

from models.torch_mobile import Classifier, Gate, Stages, conv


class DenseLayer(nn.Module):
    def __init__(self, channels, growth):
        super().__init__()
        self.norm1, self.conv1 = (
            nn.BatchNorm2d(channels),
            nn.Conv2d(channels, 4 * growth, 1, bias=False),
        )
        self.norm2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, x):
        y = self.conv1(F.relu(self.norm1(x)))
        return torch.cat([x, self.conv2(F.relu(self.norm2(y)))], 1)


def densenet121(growth, counts, classes, stem=2):
    channels = 2 * growth
    features = nn.Sequential()
    kernel = 7 if stem == 2 else 3
    features.add_module("conv0", nn.Conv2d(3, channels, kernel, stem, kernel // 2, bias=False))
    features.add_module("norm0", nn.BatchNorm2d(channels))
    features.add_module("relu0", nn.ReLU())
    if stem == 2:
        features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
    for number, count in enumerate(counts, 1):
        block = nn.Sequential()
        for place in range(count):
            block.add_module(f"denselayer{place + 1}", DenseLayer(channels, growth))
            channels += growth
        features.add_module(f"denseblock{number}", block)
        if number < len(counts):
            transition = nn.Sequential()
            transition.add_module("norm", nn.BatchNorm2d(channels))
            transition.add_module("relu", nn.ReLU())
            transition.add_module("conv", nn.Conv2d(channels, channels // 2, 1, bias=False))
            transition.add_module("pool", nn.AvgPool2d(2, 2))
            features.add_module(f"transition{number}", transition)
            channels //= 2
    features.add_module("norm5", nn.BatchNorm2d(channels))
    features.add_module("relu5", nn.ReLU())  # torchvision calls it outside
    return Classifier(features, nn.Linear(channels, classes))


class RegNetBlock(nn.Module):
    def __init__(self, before, after, stride, group_width):
        super().__init__()
        changed = before != after or stride > 1
        self.proj = conv(before, after, 1, stride, act=None) if changed else None
        self.f = nn.Sequential()
        self.f.add_module("a", conv(before, after))
        self.f.add_module("b", conv(after, after, 3, stride, after // group_width))
        self.f.add_module("se", Gate(after, round(before / 4), F.relu, torch.sigmoid))
        self.f.add_module("c", conv(after, after, act=None))

    def forward(self, x):
        return F.relu((x if self.proj is None else self.proj(x)) + self.f(x))


def regnet_y_400mf(counts, filters, group_width, classes, stem=2):
    trunk, channels = nn.Sequential(), 32
    for number, (count, width) in enumerate(zip(counts, filters, strict=True), 1):
        stage = nn.Sequential()
        for place in range(count):
            block = RegNetBlock(channels, width, 1 if place else 2, group_width)
            stage.add_module(f"block{number}-{place}", block)
            channels = width
        trunk.add_module(f"block{number}", stage)
    return Stages({"stem": conv(3, 32, 3, stem), "trunk_output": trunk}, channels, classes)


class ChannelNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.layer_scale = nn.Parameter(torch.ones(channels, 1, 1))
        self.block = nn.Sequential(
            *(nn.Conv2d(channels, channels, 7, padding=3, groups=channels), nn.Identity()),
            *(nn.LayerNorm(channels, 1e-6), nn.Linear(channels, 4 * channels), nn.GELU()),
            nn.Linear(4 * channels, channels),
        )

    def forward(self, x):
        y = self.block[0](x).permute(0, 2, 3, 1)
        return x + self.layer_scale * self.block[2:](y).permute(0, 3, 1, 2)


def convnext_tiny(counts, filters, classes, patch=4):
    stem = nn.Conv2d(3, filters[0], patch, patch)
    stages = [nn.Sequential(stem, ChannelNorm(filters[0], 1e-6))]
    for place, (count, width) in enumerate(zip(counts, filters, strict=True)):
        if place:
            before = filters[place - 1]
            halves = nn.Conv2d(before, width, 2, 2)
            stages.append(nn.Sequential(ChannelNorm(before, 1e-6), halves))
        stages.append(nn.Sequential(*(ConvNeXtBlock(width) for _ in range(count))))
    end = (nn.LayerNorm(filters[-1], 1e-6), nn.Identity(), nn.Linear(filters[-1], classes))
    return Classifier(nn.Sequential(*stages), nn.Sequential(*end))


class Bottleneck(nn.Module):
    def __init__(self, before, filters, stride):
        super().__init__()
        after = 4 * filters
        self.conv1, self.bn1 = nn.Conv2d(before, filters, 1, bias=False), nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.conv3, self.bn3 = nn.Conv2d(filters, after, 1, bias=False), nn.BatchNorm2d(after)
        changed = before != after or stride > 1
        self.downsample = conv(before, after, 1, stride, act=None) if changed else None

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(y)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet50(counts, filters, classes, stem=2):
    first = conv(3, filters[0], 7 if stem == 2 else 3, stem)
    pool = nn.MaxPool2d(3, 2, 1) if stem == 2 else nn.Identity()
    stages = {"conv1": first[0], "bn1": first[1], "relu": nn.ReLU(), "maxpool": pool}
    channels = filters[0]
    for number, (count, width) in enumerate(zip(counts, filters, strict=True), 1):
        blocks = []
        for place in range(count):
            blocks.append(Bottleneck(channels, width, 2 if number > 1 and place == 0 else 1))
            channels = 4 * width
        stages[f"layer{number}"] = nn.Sequential(*blocks)
    return Stages(stages, channels, classes)


class Fire(nn.Module):
    def __init__(self, before, squeezed):
        super().__init__()
        self.squeeze = nn.Conv2d(before, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, 4 * squeezed, 1)
        self.expand3x3 = nn.Conv2d(squeezed, 4 * squeezed, 3, padding=1)

    def forward(self, x):
        y = F.relu(self.squeeze(x))
        return torch.cat([F.relu(self.expand1x1(y)), F.relu(self.expand3x3(y))], 1)


class SqueezeNet(nn.Module):
    def __init__(self, filters, fires, classes, stem=2):
        super().__init__()
        layers, channels = [nn.Conv2d(3, filters, 3, stem), nn.ReLU()], filters
        for group in fires:
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            for squeezed in group:
                layers.append(Fire(channels, squeezed))
                channels = 8 * squeezed
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(nn.Identity(), nn.Conv2d(channels, classes, 1), nn.ReLU())

    def forward(self, x):
        return self.classifier(self.features(x)).mean((2, 3))
