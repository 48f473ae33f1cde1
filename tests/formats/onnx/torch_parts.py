"""The blocks of torchvision's networks, by hand, each in the order of operations of its own."""

import torch
from torch import nn
from torch.nn import functional as F


def unit(c, f, kernel=3, stride=1, groups=1, act=nn.ReLU, norm=nn.BatchNorm2d):
    """Conv2dNormActivation."""
    layers = [nn.Conv2d(c, f, kernel, stride, kernel // 2, groups=groups, bias=False), norm(f)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Around(nn.Module):
    """Layers with a way around them."""

    def __init__(self, layers, shortcut=None, after=None):
        super().__init__()
        self.layers, self.shortcut, self.after = layers, shortcut, after or nn.Identity()

    def forward(self, x):
        return self.after(self.layers(x) + (x if self.shortcut is None else self.shortcut(x)))


class Gate(nn.Module):
    """Squeeze-and-excite."""

    def __init__(self, c, squeeze, act=nn.ReLU, scale=nn.Sigmoid):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.fc2 = nn.Conv2d(c, squeeze, 1), nn.Conv2d(squeeze, c, 1)
        self.act, self.scale = act(), scale()

    def forward(self, x):
        return self.scale(self.fc2(self.act(self.fc1(self.pool(x))))) * x


class Side(nn.Module):
    """Branches side by side."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Classifier(nn.Module):
    """Features, the mean over places, and the layers after it."""

    def __init__(self, features, head):
        super().__init__()
        self.features, self.head = features, head

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.head(torch.flatten(x, 1))


class Mean(nn.Module):
    """The mean over places as `mean([2, 3])`."""

    def forward(self, x):
        return x.mean([2, 3])


def inverted(c, f, expand, kernel=3, stride=1, act=nn.ReLU6, gate=None):
    wide = c * expand
    layers = [unit(c, wide, 1, act=act)] if expand > 1 else []
    layers += [unit(wide, wide, kernel, stride, wide, act)]
    layers += [gate(wide)] if gate else []
    layers += [unit(wide, f, 1, act=None)]
    body = nn.Sequential(*layers)
    return Around(body) if stride == 1 and c == f else body


def basic(c, f, stride=1):
    way = unit(c, f, 1, stride, act=None) if stride > 1 or c != f else None
    body = nn.Sequential(unit(c, f, 3, stride), unit(f, f, act=None))
    return Around(body, way, nn.ReLU(inplace=True))


def bottleneck(c, f, stride=1, groups=1, gate=None):
    way = unit(c, f, 1, stride, act=None) if stride > 1 or c != f else None
    w = f // 2
    layers = [unit(c, w, 1), unit(w, w, 3, stride, groups)] + ([gate(w)] if gate else [])
    return Around(nn.Sequential(*layers, unit(w, f, 1, act=None)), way, nn.ReLU(inplace=True))


class DenseLayer(nn.Module):
    def __init__(self, c, growth):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(c), nn.Conv2d(c, 2 * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(2 * growth)
        self.conv2 = nn.Conv2d(2 * growth, growth, 3, padding=1, bias=False)

    def forward(self, features):
        x = self.conv1(F.relu(self.norm1(torch.cat(features, 1))))
        return self.conv2(F.relu(self.norm2(x)))


class DenseBlock(nn.Module):
    def __init__(self, c, growth, count):
        super().__init__()
        self.layers = nn.ModuleList(DenseLayer(c + i * growth, growth) for i in range(count))

    def forward(self, x):
        features = [x]
        for layer in self.layers:
            features.append(layer(features))
        return torch.cat(features, 1)


class Shuffled(nn.Module):
    def __init__(self, c, f, stride):
        super().__init__()
        half = f // 2
        enters = c if stride > 1 else half
        self.stride = stride
        self.way = (
            nn.Sequential(unit(c, c, 3, stride, c, act=None), unit(c, half, 1))
            if stride > 1
            else None
        )
        self.layers = nn.Sequential(
            unit(enters, half, 1), unit(half, half, 3, stride, half, act=None), unit(half, half, 1)
        )

    def forward(self, x):
        if self.way is None:
            left, right = x.chunk(2, dim=1)
            x = torch.cat((left, self.layers(right)), dim=1)
        else:
            x = torch.cat((self.way(x), self.layers(x)), dim=1)
        n, c, h, w = x.size()
        x = x.view(n, 2, c // 2, h, w)
        return torch.transpose(x, 1, 2).contiguous().view(n, c, h, w)


class LayerNorm2d(nn.LayerNorm):
    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class Permute(nn.Module):
    def __init__(self, *order):
        super().__init__()
        self.order = order

    def forward(self, x):
        return torch.permute(x, self.order)


class CNBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(c, c, 7, padding=3, groups=c),
            Permute(0, 2, 3, 1),
            nn.LayerNorm(c, eps=1e-6),
            nn.Linear(c, 4 * c),
            nn.GELU(),
            nn.Linear(4 * c, c),
            Permute(0, 3, 1, 2),
        )
        self.layer_scale = nn.Parameter(torch.rand(c, 1, 1))

    def forward(self, x):
        return self.layer_scale * self.block(x) + x


def fire(c, squeeze, f):
    expand = Side(
        nn.Sequential(nn.Conv2d(squeeze, f, 1), nn.ReLU(inplace=True)),
        nn.Sequential(nn.Conv2d(squeeze, f, 3, padding=1), nn.ReLU(inplace=True)),
    )
    return nn.Sequential(nn.Conv2d(c, squeeze, 1), nn.ReLU(inplace=True), expand)


class TransformInput(nn.Module):
    """What googlenet and inception do to images first."""

    def forward(self, x):
        r = torch.unsqueeze(x[:, 0], 1) * (0.229 / 0.5) + (0.485 - 0.5) / 0.5
        g = torch.unsqueeze(x[:, 1], 1) * (0.224 / 0.5) + (0.456 - 0.5) / 0.5
        b = torch.unsqueeze(x[:, 2], 1) * (0.225 / 0.5) + (0.406 - 0.5) / 0.5
        return torch.cat((r, g, b), 1)


def inception(c, *f):
    return Side(
        unit(c, f[0], 1),
        nn.Sequential(unit(c, f[1], 1), unit(f[1], f[2])),
        nn.Sequential(unit(c, f[3], 1), unit(f[3], f[4])),
        nn.Sequential(nn.MaxPool2d(3, 1, 1, ceil_mode=True), unit(c, f[5], 1)),
    )


class InceptionC(nn.Module):
    """Asymmetric kernels, and a split within a split."""

    def __init__(self, c):
        super().__init__()
        self.one, self.two = unit(c, 4, 1), unit(c, 6, 1)
        self.left = nn.Sequential(nn.Conv2d(6, 4, (1, 3), padding=(0, 1)), nn.ReLU())
        self.right = nn.Sequential(nn.Conv2d(6, 4, (3, 1), padding=(1, 0)), nn.ReLU())
        self.pool = unit(c, 4, 1)

    def forward(self, x):
        two = self.two(x)
        two = torch.cat([self.left(two), self.right(two)], 1)
        pool = self.pool(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))
        return torch.cat([self.one(x), two, pool], 1)
