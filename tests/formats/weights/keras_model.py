"""Train two small Keras models for a step; save them in three forms, with predictions, in argv[1].

test_keras.py runs it in a separate process: Keras changes global settings.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

folder = Path(sys.argv[1])
generator = np.random.default_rng(0)
keras.utils.set_random_seed(0)

plain = keras.Sequential(
    [
        keras.Input((9, 7, 2)),
        layers.Conv2D(4, (3, 2)),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.DepthwiseConv2D(3, padding="same", name="each_by_itself"),
        layers.MaxPooling2D((2, 1)),
        layers.Conv2D(4, 3, padding="same", use_bias=False),
        layers.LayerNormalization(),
        layers.Conv2DTranspose(3, (2, 3)),
        layers.PReLU(shared_axes=[1, 2]),
        layers.Flatten(),
        layers.Dense(6, activation="relu"),
        layers.Dropout(0.3),
        layers.Dense(5, activation="softmax"),
    ]
)

# Twelve convolutions of one shape: conv2d_2 comes before conv2d_10.
x = inputs = keras.Input((5, 5, 3))
for _ in range(12):
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
many = keras.Model(inputs, layers.Dense(4)(layers.GlobalAveragePooling2D()(x)))

for name, model in {"plain": plain, "many": many}.items():
    images = generator.random((6, *model.input_shape[1:])).astype(np.float32)
    targets = generator.random((6, model.output_shape[1]))
    model.compile(optimizer="adam", loss="mse")
    model.fit(images, targets, epochs=2, verbose=0)
    model.save_weights(folder / f"{name}.weights.h5")
    model.save(folder / f"{name}.keras")
    model.save(folder / f"{name}.h5")
    np.savez(folder / f"{name}.npz", x=images, y=model.predict(images, verbose=0))
