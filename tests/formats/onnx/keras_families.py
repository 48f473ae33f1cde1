"""Small forms of Keras' application architectures, and of what its users write.

``python keras_families.py FOLDER [NAME...]`` exports them: in the tests' own process Keras may have
been loaded already, with another backend.
"""

import os
import sys
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"
import keras
import numpy as np
import torch
from keras import layers
from keras.src.applications import (
    convnext,
    densenet,
    efficientnet,
    efficientnet_v2,
    mobilenet_v3,
    nasnet,
    resnet,
)

SHAPE = (32, 32, 3)
FORM = {"weights": None, "input_shape": SHAPE, "classes": 5}


def _blocks(table, *numbers):
    """Some of a table of blocks, narrower and once each."""
    chosen = [dict(table[number]) for number in numbers]
    channels = 8
    for block in chosen:
        repeats = "repeats" if "repeats" in block else "num_repeat"
        inputs = "filters_in" if "filters_in" in block else "input_filters"
        outputs = "filters_out" if "filters_out" in block else "output_filters"
        block |= {repeats: 2, inputs: channels, outputs: 8}
    return chosen


def _efficientnet():
    blocks = _blocks(efficientnet.DEFAULT_BLOCKS_ARGS, 0, 1, 2)
    return efficientnet.EfficientNet(0.25, 1, 32, blocks_args=blocks, **FORM)


def _efficientnet_v2():
    blocks = _blocks(efficientnet_v2.DEFAULT_BLOCKS_ARGS["efficientnetv2-s"], 0, 1, 3)
    return efficientnet_v2.EfficientNetV2(1, 1, 32, blocks_args=blocks, **FORM)


def _convnext():
    return convnext.ConvNeXt(
        [1] * 4, [8, 8, 12, 12], default_size=32, layer_scale_init_value=0.5, **FORM
    )


def _resnet(stack, preact, **options):
    def form(x):
        return stack(stack(x, 8, 2, stride1=1, name="a"), 8, 2, name="b", **options)

    return resnet.ResNet(form, preact, True, **FORM)


def _mobilenet_v3(kernel, ratio, minimal):
    def form(x, kernel, activation, ratio):
        block = mobilenet_v3._inverted_res_block
        x = block(x, 1, 16, 3, 2, ratio, mobilenet_v3.relu, 0)
        x = block(x, 3, 16, kernel, 1, ratio, activation, 1)
        return block(x, 3, 16, kernel, 2, ratio, activation, 2)

    return mobilenet_v3.MobileNetV3(form, 32, alpha=0.25, minimalistic=minimal, **FORM)


def _nasnet():
    return nasnet.NASNet(
        penultimate_filters=96,
        num_blocks=1,
        stem_block_filters=8,
        skip_reduction=False,
        filter_multiplier=1,
        default_size=32,
        **FORM,
    )


def _sequential(*members):
    return keras.Sequential([keras.Input(SHAPE), *members, layers.Dense(5, activation="softmax")])


def _normalized():
    first = layers.Normalization(mean=[0.4, 0.5, 0.6], variance=[0.04, 0.05, 0.06])
    return _sequential(
        first,
        layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.5),
    )


def _rescaled():
    return _sequential(
        layers.Rescaling(2.0, offset=-1),
        layers.Conv2D(8, 3, activation="gelu"),
        layers.AveragePooling2D(3, 2),
        layers.LayerNormalization(),
        layers.GlobalMaxPooling2D(),
        layers.Dense(8, "swish"),
        layers.BatchNormalization(),
    )


def _separable():
    return _sequential(
        layers.SeparableConv2D(8, 3, padding="same", activation="elu"),
        layers.PReLU(shared_axes=[1, 2]),
        layers.ZeroPadding2D(((1, 2), (0, 1))),
        layers.DepthwiseConv2D(3, strides=2),
        layers.LeakyReLU(0.2),
        layers.GlobalAveragePooling2D(),
    )


def _decoded():
    return _sequential(
        layers.Conv2D(8, 3, 2, "same", activation="tanh"),
        layers.Conv2DTranspose(6, 3, 2, "same", activation="selu"),
        layers.BatchNormalization(),
        layers.MaxPooling2D(4),
        layers.Flatten(),
    )


def _xception():
    x = start = keras.Input(SHAPE)
    x = layers.Conv2D(8, 3, 2, use_bias=False)(x)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    for filters in (12, 16):
        way = layers.BatchNormalization()(layers.Conv2D(filters, 1, 2, "same", use_bias=False)(x))
        x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(layers.ReLU()(x))
        x = layers.BatchNormalization()(x)
        x = layers.add([layers.MaxPooling2D(3, 2, "same")(x), way])
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(start, layers.Dense(5, "softmax")(x))


def _inception(residual):
    def unit(x, filters, kernel, strides=1, padding="same"):
        x = layers.Conv2D(filters, kernel, strides, padding, use_bias=residual)(x)
        return layers.Activation("relu")(layers.BatchNormalization(scale=False)(x))

    x = start = keras.Input(SHAPE)
    x = unit(x, 8, 3, 2, "valid")
    for _ in range(2):
        parts = [unit(x, 4, 1), unit(unit(x, 4, 1), 6, (1, 5)), unit(unit(x, 4, 1), 4, (5, 1))]
        if residual:
            mixed = layers.Conv2D(8, 1, padding="same")(layers.Concatenate()(parts))
            mixed = layers.Rescaling(0.3)(mixed)
            x = layers.Activation("relu")(layers.add([x, mixed]))
        else:
            parts.append(unit(layers.AveragePooling2D(3, 1, "same")(x), 4, 1))
            x = layers.Concatenate()(parts)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(start, layers.Dense(5, "softmax")(x))


def _vgg():
    def block(filters, count):
        return [layers.Conv2D(filters, 3, padding="same", activation="relu") for _ in range(count)]

    return _sequential(
        *block(8, 2),
        layers.MaxPooling2D(2, 2),
        *block(12, 2),
        layers.MaxPooling2D(2, 2),
        layers.Flatten(),
        layers.Dense(16, "relu"),
    )


FAMILIES = {
    "ConvNeXt": _convnext,
    "DenseNet": lambda: densenet.DenseNet([1, 2, 1, 1], **FORM),
    "EfficientNet": _efficientnet,
    "EfficientNetV2": _efficientnet_v2,
    "InceptionResNet": lambda: _inception(True),
    "InceptionV3": lambda: _inception(False),
    "MobileNet": lambda: keras.applications.MobileNet(alpha=0.25, **FORM),
    "MobileNetV2": lambda: keras.applications.MobileNetV2(alpha=0.35, **FORM),
    "MobileNetV3Large": lambda: _mobilenet_v3(5, 0.25, False),
    "MobileNetV3 minimal": lambda: _mobilenet_v3(3, None, True),
    "NASNet": _nasnet,
    "ResNet": lambda: _resnet(resnet.stack_residual_blocks_v1, False),
    "ResNetV2": lambda: _resnet(resnet.stack_residual_blocks_v2, True),
    "VGG": _vgg,
    "Xception": _xception,
    "Normalization first": _normalized,
    "Rescaling first": _rescaled,
    "separable": _separable,
    "decoded": _decoded,
}  # fmt: skip


OF_BYTES = ("ConvNeXt", "EfficientNet", "EfficientNetV2", "MobileNetV3Large", "MobileNetV3 minimal")
# Those that Keras' own exporter refuses, but torch.export takes.
BY_EXPORT = {"ConvNeXt", "Rescaling first", "Xception"}
SLOW = {"NASNet"}


def made(name):
    """The model with weights and statistics that let its outputs depend on its input."""
    keras.utils.set_random_seed(0)
    model = FAMILIES[name]()
    generator = np.random.default_rng(0)
    for weight in model.weights:
        shape = tuple(weight.shape)
        if "variance" in weight.path:
            weight.assign(generator.uniform(0.5, 1.5, shape))
        elif len(shape) == 1:
            weight.assign(np.array(weight) + generator.normal(0, 0.1, shape))
        elif len(shape) > 1:
            depthwise = len(shape) == 4 and shape[-1] == 1
            fan = np.prod(shape[:2] if depthwise else shape[:-1])
            weight.assign(generator.normal(0, np.sqrt(2 / fan), shape))
    return model


def exported(model, path, by_export=False):
    """Write the model as Keras does, which is by PyTorch's exporter."""
    model(np.zeros((1, *SHAPE), np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if by_export:
            images = torch.rand(3, *SHAPE)
            torch.onnx.export(
                model.eval(), (images,), path, dynamo=True, verbose=False, external_data=False
            )
        else:
            model.export(path, format="onnx", verbose=False)


def gradients(model, x, labels):
    """Those of the images, and each weight as PyTorch lays it out with its own."""
    images = torch.tensor(x, requires_grad=True)
    chosen = model(images)[torch.arange(len(x)), torch.tensor(labels)]
    (-torch.log(chosen).mean()).backward()
    arrays = {"x": x, "labels": labels, "grad_x": images.grad.numpy()}
    for number, weight in enumerate(model.trainable_weights):
        value = weight.value
        if value.grad is not None and value.ndim in (2, 4):
            order = (1, 0) if value.ndim == 2 else (3, 2, 0, 1)
            arrays[f"value{number}"] = value.detach().permute(order).numpy()
            arrays[f"grad{number}"] = value.grad.permute(order).numpy()
    return arrays


def main(folder, names):
    """Write a file and its gradients for each of these families, or for all quick ones."""
    generator = np.random.default_rng(0)
    # Images of colours far apart, so that small networks can tell them apart.
    x = generator.random((3, *SHAPE)) / 4 + generator.random((3, 1, 1, 3)) * 3 / 4
    for name in names or FAMILIES.keys() - SLOW:
        scale = 255 if name in OF_BYTES else 1
        model = made(name)
        exported(model, folder / f"{name}.onnx", name in BY_EXPORT)
        images = (x * scale).astype(np.float32)
        np.savez(folder / f"{name}.npz", **gradients(model, images, np.arange(3)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
