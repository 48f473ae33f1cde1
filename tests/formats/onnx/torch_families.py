"""Small networks of torchvision's families, by hand: what counts is the form of their graphs.

torchvision itself is not needed. Each repeats the family's blocks once or twice, in its own order
of operations, which is what an exporter sees.
"""

from torch import nn

from formats.onnx.torch_parts import (
    Classifier,
    CNBlock,
    DenseBlock,
    Gate,
    InceptionC,
    LayerNorm2d,
    Mean,
    Shuffled,
    TransformInput,
    basic,
    bottleneck,
    fire,
    inception,
    inverted,
    unit,
)

SHAPE = (3, 32, 32)


def alexnet():
    features = nn.Sequential(
        nn.Conv2d(3, 8, 5, 2, 2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(8, 12, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.AdaptiveAvgPool2d((3, 3)),
    )
    head = nn.Sequential(
        nn.Dropout(), nn.Linear(108, 16), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(16, 5)
    )
    return nn.Sequential(features, nn.Flatten(), head)


def vgg_bn():
    features = nn.Sequential(unit(3, 8), nn.MaxPool2d(2, 2), unit(8, 12), nn.MaxPool2d(2, 2))
    return nn.Sequential(
        features,
        nn.AdaptiveAvgPool2d((4, 4)),
        nn.Flatten(),
        nn.Linear(192, 16),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(16, 5),
    )


def resnet():
    return Classifier(
        nn.Sequential(unit(3, 8, 7, 2), nn.MaxPool2d(3, 2, 1), basic(8, 8), basic(8, 16, 2)),
        nn.Linear(16, 5),
    )


def resnext():
    return Classifier(
        nn.Sequential(unit(3, 8), bottleneck(8, 16, 2, 4), bottleneck(16, 16, 1, 4)),
        nn.Linear(16, 5),
    )


def regnet():
    def gate(w):
        return Gate(w, 4)

    return Classifier(
        nn.Sequential(
            unit(3, 8, 3, 2), bottleneck(8, 16, 2, 2, gate), bottleneck(16, 16, 1, 2, gate)
        ),
        nn.Linear(16, 5),
    )


def mnasnet():
    features = nn.Sequential(
        unit(3, 8, 3, 2),
        unit(8, 8, groups=8),
        unit(8, 6, 1, act=None),
        inverted(6, 8, 3, 5, 2, nn.ReLU),
        inverted(8, 8, 3, 5, 1, nn.ReLU),
        unit(8, 16, 1),
    )
    return nn.Sequential(features, Mean(), nn.Dropout(0.2), nn.Linear(16, 5))


def mobilenet_v2():
    features = nn.Sequential(
        unit(3, 8, 3, 2, act=nn.ReLU6),
        inverted(8, 6, 1),
        inverted(6, 8, 4, stride=2),
        inverted(8, 8, 4),
        unit(8, 16, 1, act=nn.ReLU6),
    )
    return Classifier(features, nn.Sequential(nn.Dropout(0.2), nn.Linear(16, 5)))


def mobilenet_v3():
    def gate(w):
        return Gate(w, 4, scale=nn.Hardsigmoid)

    swish = nn.Hardswish
    features = nn.Sequential(
        unit(3, 8, 3, 2, act=swish),
        inverted(8, 8, 1, 3, 2, nn.ReLU, gate),
        inverted(8, 8, 3, 5, 1, swish, gate),
        unit(8, 16, 1, act=swish),
    )
    return Classifier(
        features, nn.Sequential(nn.Linear(16, 12), swish(), nn.Dropout(0.2), nn.Linear(12, 5))
    )


def efficientnet_b0():
    def gate(w):
        return Gate(w, 4, nn.SiLU)

    features = nn.Sequential(
        unit(3, 8, 3, 2, act=nn.SiLU),
        inverted(8, 8, 1, 3, 1, nn.SiLU, gate),
        inverted(8, 12, 3, 5, 2, nn.SiLU, gate),
        inverted(12, 12, 3, 3, 1, nn.SiLU, gate),
        unit(12, 16, 1, act=nn.SiLU),
    )
    return Classifier(features, nn.Sequential(nn.Dropout(0.2), nn.Linear(16, 5)))


def densenet():
    features = nn.Sequential(
        unit(3, 8, 7, 2),
        nn.MaxPool2d(3, 2, 1),
        DenseBlock(8, 4, 3),
        nn.BatchNorm2d(20),
        nn.ReLU(),
        nn.Conv2d(20, 10, 1, bias=False),
        nn.AvgPool2d(2, 2),
        DenseBlock(10, 4, 2),
        nn.BatchNorm2d(18),
        nn.ReLU(),
    )
    return Classifier(features, nn.Linear(18, 5))


def shufflenet_v2():
    features = nn.Sequential(
        unit(3, 8, 3, 2),
        nn.MaxPool2d(3, 2, 1),
        Shuffled(8, 16, 2),
        Shuffled(16, 16, 1),
        unit(16, 24, 1),
    )
    return nn.Sequential(features, Mean(), nn.Linear(24, 5))


def convnext():
    features = nn.Sequential(
        nn.Conv2d(3, 8, 4, 4),
        LayerNorm2d(8, eps=1e-6),
        CNBlock(8),
        LayerNorm2d(8, eps=1e-6),
        nn.Conv2d(8, 12, 2, 2),
        CNBlock(12),
    )
    pool = nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(features, pool, LayerNorm2d(12, eps=1e-6), nn.Flatten(1), nn.Linear(12, 5))


def squeezenet():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        fire(8, 4, 6),
        fire(12, 4, 8),
        nn.Dropout(),
        nn.Conv2d(16, 5, 1),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(1),
    )


def googlenet():
    features = nn.Sequential(
        TransformInput(),
        unit(3, 8, 7, 2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        inception(8, 4, 4, 6, 3, 4, 2),
        inception(16, 4, 4, 6, 3, 4, 2),
    )
    return Classifier(features, nn.Sequential(nn.Dropout(0.2), nn.Linear(16, 5)))


def inception_v3():
    return Classifier(
        nn.Sequential(unit(3, 8, 3, 2), nn.MaxPool2d(3, 2), InceptionC(8), InceptionC(16)),
        nn.Sequential(nn.Dropout(), nn.Linear(16, 5)),
    )


FAMILIES = {
    make.__name__: make
    for make in (
        alexnet, convnext, densenet, efficientnet_b0, googlenet, inception_v3, mnasnet,
        mobilenet_v2, mobilenet_v3, regnet, resnet, resnext, shufflenet_v2, squeezenet, vgg_bn,
    )
}  # fmt: skip
