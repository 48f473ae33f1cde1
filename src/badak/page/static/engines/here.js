// The exported page's engine: the forward pass in JavaScript, on weights that the page holds.

import { forwardValues, readNetwork, softmax } from "./network.js";

/** @typedef {import("../engine.js").Engine} Engine */
/** @typedef {import("../engine.js").Tensor} Tensor */

/** @returns {Engine} */
export function engineHere() {
  const network = readNetwork();
  return {
    can: new Set(["about", "forward"]),
    blocks: true,
    async ask(/** @type {string} */ question, /** @type {any} */ { input, layers }) {
      if (question === "about") return { facts: network.about, arrays: {} };
      const values = forwardValues(network, input);
      /** @type {Record<string, Tensor>} */
      const arrays = {};
      for (const { name, value, shape } of network.stages)
        if (!layers || layers.includes(name)) arrays[name] = { shape, data: values[value] };
      return { facts: { probabilities: softmax(values[network.output]) }, arrays };
    },
  };
}
