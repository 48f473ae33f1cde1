"""Networks as users of PyTorch write them: torchvision's forms, with fewer channels."""

import torch
from torch import nn


class LeNet(nn.Module):
    """The network of PyTorch's tutorial, with its `view`."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), (2, 2))
        x = x.view(x.size(0), -1)
        x = torch.relu(self.fc1(x))
        return self.fc3(torch.relu(self.fc2(x)))


def alexnet():
    """torchvision's AlexNet, channels divided by 8."""
    return nn.Sequential(
        nn.Sequential(
            *(nn.Conv2d(3, 8, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(8, 24, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(24, 48, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(48, 32, 3, padding=1, groups=2), nn.ReLU()),
            *(nn.Conv2d(32, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        ),
        nn.AdaptiveAvgPool2d((6, 6)),
        nn.Flatten(),
        nn.Sequential(
            *(nn.Dropout(), nn.Linear(1152, 64), nn.ReLU()),
            *(nn.Dropout(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)),
        ),
    )


def vgg():
    """torchvision's VGG-11 with batch norm, channels divided by 8."""
    layers, channels = [], 3
    for filters in (8, "M", 16, "M", 32, 32, "M", 64, 64, "M", 64, 64, "M"):
        if filters == "M":
            layers.append(nn.MaxPool2d(2, 2))
        else:
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters)]
            layers.append(nn.ReLU(inplace=True))
            channels = filters
    return nn.Sequential(
        *layers,
        nn.AdaptiveAvgPool2d((7, 7)),
        nn.Flatten(),
        *(nn.Linear(64 * 49, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 10)),
    )


class BasicBlock(nn.Module):
    """torchvision's basic block."""

    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, filters, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)
        self.downsample = None
        if stride > 1 or channels != filters:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


def resnet():
    """torchvision's ResNet-18, channels divided by 8."""
    blocks, channels = [], 8
    for filters, stride in ((8, 1), (16, 2), (32, 2), (64, 2)):
        blocks += [BasicBlock(channels, filters, stride), BasicBlock(filters, filters, 1)]
        channels = filters
    return nn.Sequential(
        *(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU()),
        nn.MaxPool2d(3, 2, 1),
        *blocks,
        *(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(64, 10)),
    )


class Branches(nn.Module):
    """Every way in which paths split and join, and operators that the other models lack."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(4, 6, 1), nn.Conv2d(4, 3, 3, padding=1)
        self.c = nn.Conv2d(13, 13, 3, padding=1, groups=13)
        self.start, self.end = nn.Conv2d(2, 4, 3, padding=(0, 1)), nn.Linear(13 * 42, 16)
        self.norm, self.out = nn.BatchNorm1d(16), nn.Linear(16, 5, bias=False)

    def forward(self, x):
        x = nn.functional.relu6(self.start(nn.functional.pad(x, (1, 0, 2, 1))))
        y = torch.cat([self.a(x), nn.functional.leaky_relu(self.b(x), 0.2), x], 1)
        z = nn.functional.elu(self.c(y))
        y = y + (z + torch.tanh(y))
        y = nn.functional.avg_pool2d(y, 3, 2, 1, count_include_pad=False)
        y = nn.functional.dropout(torch.flatten(y, 1), 0.25, self.training)
        y = torch.clamp(self.norm(self.end(y)), min=0)
        return torch.log_softmax(self.out(y), 1)


# name -> (function that builds it, shape of one image)
MODELS = {
    "lenet": (LeNet, (1, 28, 28)),
    "alexnet": (alexnet, (3, 224, 224)),
    "vgg": (vgg, (3, 224, 224)),
    "resnet": (resnet, (3, 224, 224)),
    "branches": (Branches, (2, 12, 10)),
}
