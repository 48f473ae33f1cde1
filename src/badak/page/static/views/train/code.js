// Watching: Python that reads what the run has written.

import { quoted } from "../../python.js";

/** @param {import("./story.js").Story} story */
export function watchCode({ path }) {
  return [
    "import badak", "import numpy as np", "",
    `net = badak.load(${quoted(`${path}/model.safetensors`)})`,
    "print(net.summary())",
    `epochs = np.genfromtxt(${quoted(`${path}/history.csv`)}, delimiter=",", names=True)`,
    'print(epochs["validation_accuracy"])', "",
  ].join("\n");
}
