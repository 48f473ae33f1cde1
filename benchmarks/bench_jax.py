"""JAX: the whole step in one jit."""

import jax
import jax.numpy as jnp
from jax import lax


def apply(layers, parameters, x, key):
    """The network's logits; `key` draws dropout's masks, None in prediction."""
    for number, (name, kind, arguments) in enumerate(layers):
        weight, bias = (parameters.get(f"{name}.{part}") for part in ("weight", "bias"))
        if kind == "Conv2d":
            x = lax.conv_general_dilated(
                x,
                weight,
                [arguments["stride"]] * 2,
                [(arguments["padding"],) * 2] * 2,
                feature_group_count=arguments["groups"],
            )
            x = x + bias[:, None, None]
        elif kind == "Linear":
            x = x @ weight.T + bias
        elif kind == "ReLU":
            x = jax.nn.relu(x)
        elif kind == "MaxPool2d":
            size = arguments["kernel_size"]
            step = arguments["stride"] or size
            window, strides = (1, 1, size, size), (1, 1, step, step)
            x = lax.reduce_window(x, -jnp.inf, lax.max, window, strides, "VALID")
        elif kind == "LocalResponseNorm":
            window = (1, arguments["size"], 1, 1)
            sums = lax.reduce_window(x * x, 0.0, lax.add, window, (1,) * 4, "SAME")
            x = x / (arguments["k"] + arguments["alpha"] * sums) ** arguments["beta"]
        elif kind == "Flatten":
            x = x.reshape(len(x), -1)
        elif kind == "Dropout" and key is not None and arguments["p"]:
            keep = 1 - arguments["p"]
            mask = jax.random.bernoulli(jax.random.fold_in(key, number), keep, x.shape)
            x = jnp.where(mask, x / keep, 0)
    return x


def prepare(task, peer):
    parameters = {name: jnp.asarray(value) for name, value in task.parameters.items()}
    x, labels = jnp.asarray(task.arrays["x"]), jnp.asarray(task.arrays["labels"])
    layers = task.layers
    if task.kind == "forward":
        forward = jax.jit(lambda parameters, x: apply(layers, parameters, x, None))
        return lambda: forward(parameters, x).block_until_ready()

    def loss_of(parameters, key):
        logits = apply(layers, parameters, x, key)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
        return -chosen.mean()

    def update(parameters, first, second, count):
        loss, slopes = jax.value_and_grad(loss_of)(
            parameters, jax.random.fold_in(jax.random.key(0), count)
        )
        count = count + 1
        first = jax.tree.map(lambda m, g: m + 0.1 * (g - m), first, slopes)
        second = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), second, slopes)
        rate = 1e-3 * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
        parameters = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, first, second
        )
        return loss, (parameters, first, second, count)

    update = jax.jit(update, donate_argnums=(0, 1, 2))
    zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
    state = (parameters, *zeros, jnp.asarray(0))

    def step():
        nonlocal state
        loss, state = update(*state)
        jax.block_until_ready(state)
        return loss

    return step
