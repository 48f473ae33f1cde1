"""`badak train mnist --epochs 1`, written in PyTorch: the same files, steps, measures and plots.

python torch_mnist.py FOLDER_OF_IDX_FILES FOLDER_FOR_RESULTS
"""

import gzip
import os
import sys
from pathlib import Path

import matplotlib
import numpy as np
import torch
from torch import nn

matplotlib.use("Agg")
from matplotlib import pyplot as plt

BATCH = 100


def read(folder, stem, header):
    path = next(path for path in (folder / f"{stem}.gz", folder / stem) if path.exists())
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    return np.frombuffer(raw, np.uint8, offset=header)


def part(folder, stem):
    images = read(folder, f"{stem}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
    labels = read(folder, f"{stem}-labels-idx1-ubyte", 8)
    return torch.from_numpy(images / np.float32(255)), torch.from_numpy(labels.astype(np.int64))


@torch.inference_mode()
def evaluate(net, images, labels):
    """Mean loss and share of right answers."""
    logits = torch.cat([net(batch) for batch in images.split(256)])
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(1) == labels).float().mean().item()


def main(source, target):
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(0)
    images, labels = part(source, "train")
    test_images, test_labels = part(source, "t10k")
    net = nn.Sequential(
        nn.Conv2d(1, 30, 5),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(4320, 100),
        nn.ReLU(inplace=True),
        nn.Linear(100, 10),
    )
    for member in net:
        if hasattr(member, "weight"):
            nn.init.normal_(member.weight, std=0.01)
            nn.init.zeros_(member.bias)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True)
    loss_of, losses = nn.CrossEntropyLoss(), []
    for chosen in torch.randperm(len(images)).split(BATCH):
        optimizer.zero_grad()
        loss = loss_of(net(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    sample = torch.randperm(len(images))[: len(test_images)]
    train = evaluate(net, images[sample], labels[sample])
    test = evaluate(net, test_images, test_labels)

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.6))
    axes[0].plot(losses)
    axes[0].set_title("Loss")
    axes[1].plot([1], [train[1]], "o-", label="train")
    axes[1].plot([1], [test[1]], "s--", label="test")
    axes[1].set_title("Accuracy")
    axes[1].legend()
    figure.savefig(target / "learning_curve.png", dpi=120)
    torch.save(net.state_dict(), target / "model.pt")
    print(f"test accuracy {test[1]:.4f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
