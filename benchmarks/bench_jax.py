"""JAX: the whole step in one jit."""

import jax
import jax.numpy as jnp
from jax import lax

# In training, batch norm's running statistics are not kept: no other number depends on them.
STATISTICS = ("running_mean", "running_var")


def apply(entries, parameters, x, key, prefix=""):
    """The layers' output; `key` draws dropout's masks, None in prediction."""
    for number, entry in enumerate(entries):
        name, arguments = prefix + entry["name"], entry["arguments"]
        own = key if key is None else jax.random.fold_in(key, number)
        if entry["type"] == "Residual":
            straight = apply(arguments["layers"], parameters, x, own, f"{name}.")
            around = apply(arguments["shortcut"], parameters, x, own, f"{name}.shortcut.")
            x = straight + around
        else:
            arrays = {
                part: parameters.get(f"{name}.{part}") for part in ("weight", "bias", *STATISTICS)
            }
            x = layer(entry["type"], arguments, arrays, x, own)
    return x


def layer(kind, arguments, arrays, x, key):
    """One layer's output."""
    weight, bias = arrays["weight"], arrays["bias"]
    stride, padding = arguments.get("stride"), [*map(tuple, arguments.get("padding", ()))]
    if kind == "Conv2d":
        groups = arguments["groups"]
        x = lax.conv_general_dilated(x, weight, stride, padding, feature_group_count=groups)
        return x if bias is None else x + bias[:, None, None]
    if kind == "Linear":
        return x @ weight.T + bias
    if kind == "BatchNorm2d":
        mean, var = (arrays[name] for name in STATISTICS)
        if key is not None:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
        factor = weight / jnp.sqrt(var + arguments["eps"])
        return x * factor[:, None, None] + (bias - mean * factor)[:, None, None]
    if kind in ("ReLU", "ReLU6"):
        return (jax.nn.relu if kind == "ReLU" else jax.nn.relu6)(x)
    if kind in ("MaxPool2d", "AvgPool2d"):
        window = ((1, 1, *arguments["kernel_size"]), (1, 1, *stride), ((0, 0), (0, 0), *padding))
        if kind == "MaxPool2d":
            return lax.reduce_window(x, -jnp.inf, lax.max, *window)
        cells = arguments["kernel_size"][0] * arguments["kernel_size"][1]
        return lax.reduce_window(x, 0.0, lax.add, *window) / cells
    if kind == "GlobalAvgPool2d":
        return x.mean((2, 3), keepdims=True)
    if kind == "LocalResponseNorm":
        window = (1, arguments["size"], 1, 1)
        sums = lax.reduce_window(x * x, 0.0, lax.add, window, (1,) * 4, "SAME")
        return x / (arguments["k"] + arguments["alpha"] * sums) ** arguments["beta"]
    if kind == "Widen2d":
        x = x[:, :, :: stride[0], :: stride[1]]
        return jnp.pad(x, ((0, 0), (0, arguments["out_channels"] - x.shape[1]), (0, 0), (0, 0)))
    if kind == "Flatten":
        return x.reshape(len(x), -1)
    if kind == "Dropout" and key is not None and arguments["p"]:
        keep = 1 - arguments["p"]
        return jnp.where(jax.random.bernoulli(key, keep, x.shape), x / keep, 0)
    return x


def fixed(name):
    return name.endswith(STATISTICS)


def prepare(task, peer):
    parameters = {name: jnp.asarray(value) for name, value in task.parameters.items()}
    x, labels = jnp.asarray(task.arrays["x"]), jnp.asarray(task.arrays["labels"])
    layers = task.layers
    if task.kind == "forward":
        forward = jax.jit(lambda parameters, x: apply(layers, parameters, x, None))
        return lambda: forward(parameters, x).block_until_ready()

    statistics = {name: parameters.pop(name) for name in list(parameters) if fixed(name)}

    def loss_of(parameters, key):
        logits = apply(layers, parameters | statistics, x, key)
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
