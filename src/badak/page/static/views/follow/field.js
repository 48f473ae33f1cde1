// What a number sees in every layer before it: asked once for each place.

import { ENDS, shapeOf, writePlace } from "./place.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./layers.js").Seen} Seen */

const KEPT_PLACES = 2000; // places

/** @param {import("../../shell.js").Page} page @param {import("../../engine.js").About} about */
export function fieldOf(page, about) {
  /** @type {Map<string, Seen[]>} */
  const known = new Map();
  const last = about.layers[about.layers.length - 1];

  /** @param {Place} place @returns {Promise<Seen[]>} */
  async function ask({ layer, index }) {
    if (layer === "") return [seenOne("", index, about.input)];
    if (layer !== ENDS) return (await page.look("boxes", { layer, index })).facts.boxes;
    const whole = await ask({ layer: last.name, index: last.shape.map(() => 0) });
    const logits = /** @type {Seen} */ (whole.find((seen) => seen.layer === last.name));
    logits.box = last.shape.map((size) => [0, size]);
    return [...whole, seenOne(ENDS, index, /** @type {number[]} */ (shapeOf(about, ENDS)))];
  }
  return {
    forget: () => known.clear(),
    /** @param {Place} place */
    async see(place) {
      const name = writePlace(place), before = known.get(name);
      if (before) return before;
      const seen = await ask(place);
      if (known.size > KEPT_PLACES) known.clear();
      known.set(name, seen);
      return seen;
    },
  };
}

/** @param {string} layer @param {number[]} index @param {number[]} shape @returns {Seen} */
function seenOne(layer, index, shape) {
  return { layer, shape, box: index.map((at) => [at, at + 1]) };
}
