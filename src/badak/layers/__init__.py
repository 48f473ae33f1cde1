"""The layers, and the table by which files name them."""

from badak.layers.activation import (
    Hardsigmoid,
    Hardtanh,
    LeakyReLU,
    ReLU,
    ReLU6,
    ScaledTanh,
    Sigmoid,
    Tanh,
)
from badak.layers.base import Layer
from badak.layers.batch_norm import BatchNorm1d, BatchNorm2d, FrozenBatchNorm2d
from badak.layers.block import Block
from badak.layers.channels import ChannelShuffle, ChannelSlice
from badak.layers.concat import Concat
from badak.layers.conv import Conv2d
from badak.layers.conv_transpose import ConvTranspose2d
from badak.layers.dropout import Dropout
from badak.layers.flatten import Flatten
from badak.layers.gate import GELU, Hardswish, Mish, SiLU
from badak.layers.graph import Graph
from badak.layers.linear import Linear
from badak.layers.loss import CrossEntropyLoss
from badak.layers.norm import GroupNorm, InstanceNorm2d, LayerNorm, LocalResponseNorm
from badak.layers.pad import ZeroPad2d
from badak.layers.pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from badak.layers.prelu import PReLU
from badak.layers.product import Product
from badak.layers.rbf import EuclideanRBF
from badak.layers.residual import Residual
from badak.layers.scale import Normalize, Scale
from badak.layers.smooth import ELU, SELU, Softplus
from badak.layers.subsample import Subsample2d
from badak.layers.table_conv import TableConv2d
from badak.layers.upsample import Upsample
from badak.layers.widen import Widen2d

#: The layers by name, as files name them.
LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2d,
        TableConv2d,
        ConvTranspose2d,
        Upsample,
        Linear,
        MaxPool2d,
        AvgPool2d,
        GlobalAvgPool2d,
        Subsample2d,
        Widen2d,
        ZeroPad2d,
        ReLU,
        ReLU6,
        LeakyReLU,
        PReLU,
        Hardtanh,
        Sigmoid,
        Hardsigmoid,
        Tanh,
        ScaledTanh,
        Softplus,
        ELU,
        SELU,
        GELU,
        SiLU,
        Hardswish,
        Mish,
        BatchNorm2d,
        BatchNorm1d,
        FrozenBatchNorm2d,
        GroupNorm,
        InstanceNorm2d,
        LayerNorm,
        LocalResponseNorm,
        Scale,
        Normalize,
        Dropout,
        Flatten,
        ChannelSlice,
        ChannelShuffle,
        EuclideanRBF,
        Residual,
        Concat,
        Product,
        Graph,
    )
}

__all__ = [
    "ELU",
    "GELU",
    "LAYERS",
    "SELU",
    "AvgPool2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "Block",
    "ChannelShuffle",
    "ChannelSlice",
    "Concat",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Dropout",
    "EuclideanRBF",
    "Flatten",
    "FrozenBatchNorm2d",
    "GlobalAvgPool2d",
    "Graph",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "InstanceNorm2d",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "MaxPool2d",
    "Mish",
    "Normalize",
    "PReLU",
    "Product",
    "ReLU",
    "ReLU6",
    "Residual",
    "Scale",
    "ScaledTanh",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Subsample2d",
    "TableConv2d",
    "Tanh",
    "Upsample",
    "Widen2d",
    "ZeroPad2d",
]
