"""Train the book's network on real digits, and look inside it: python look_inside.py."""

import badak
from badak import inspect
from badak.inspect import draw

train, test = badak.data.load("digits")  # 1,797 digits that come with badak
net = badak.models.SimpleConvNet(seed=0)
print(net.summary())

before = inspect.filters(net)
history = badak.Trainer(net, badak.optim.Adam(1e-3), epochs=5, seed=0).fit(train, validation=test)
print(f"accuracy on the test images: {net.evaluate(test).accuracy:.3f}")

draw.save(draw.learning_curve(inspect.learning_curve(history)), "learning.png")
draw.save(draw.filters(before), "filters_before.png")
draw.save(draw.filters(inspect.filters(net)), "filters_after.png")
draw.save(draw.feature_maps(inspect.feature_maps(net, test.images[0])), "maps.png")

# One number of the first map, taken apart: a patch of the image times the filter, plus the bias.
step = inspect.explain_pixel(net, test.images[0], "conv1", channel=3, y=10, x=12)
print(f"{step.products.sum():.4f} + {step.bias:.4f} = {step.value:.4f}")

# What it gets wrong, the most confident mistake first, and which pixels led it there.
wrong = inspect.misclassified(inspect.predictions(net, test), test)
draw.save(draw.misclassified(wrong), "mistakes.png")
why = inspect.attributions(net, wrong.images[0], wrong.predicted[0])
draw.save(draw.attributions(why, test.class_names), "why.png")
