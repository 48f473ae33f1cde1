// A place in the network: one number of a layer's output; "" is the image, ENDS the probabilities.

/** @typedef {{ layer: string, index: number[] }} Place */
/** @typedef {import("../../engine.js").About} About */

export const ENDS = "softmax()";

/** @param {About} about @param {string} layer @returns {number[] | null} */
export function shapeOf(about, layer) {
  if (layer === "") return about.input;
  if (layer === ENDS) return [about.classes.length];
  return about.layers.find((entry) => entry.name === layer)?.shape ?? null;
}

/** Whether a place lies on its layer. @param {About} about @param {Place} place */
function isPlace(about, { layer, index }) {
  const shape = shapeOf(about, layer);
  return shape !== null && shape.length === index.length &&
    index.every((at, axis) => Number.isInteger(at) && at >= 0 && at < shape[axis]);
}

/** Where a number lies among a layer's values. @param {number[]} shape @param {number[]} index */
export function flatPlace(shape, index) {
  return index.reduce((at, k, axis) => at * shape[axis] + k, 0);
}

/** @param {Place} place */
export function writePlace({ layer, index }) {
  return `${layer}@${index.join(".")}`;
}

/** @param {string} text @returns {Place} */
export function readPlace(text) {
  const at = text.lastIndexOf("@");
  return { layer: text.slice(0, Math.max(0, at)), index: text.slice(at + 1).split(".").map(Number) };
}

/** The places walked through, as a link holds them. @param {About} about @param {string | undefined} text */
export function readTrail(about, text) {
  return (text ?? "").split("~").filter(Boolean).map(readPlace).filter((place) => isPlace(about, place));
}

/** @param {Place[]} trail */
export function writeTrail(trail) {
  return trail.map(writePlace).join("~");
}

/** @param {Place} a @param {Place} b */
export function samePlace(a, b) {
  return writePlace(a) === writePlace(b);
}

/** A number to begin with: at the sharpest edge in the first convolution's maps, where a patch has
 * something to show; else the strongest of the last layer.
 * @param {About} about @param {Record<string, { data: ArrayLike<number> }>} outputs
 * @returns {Place}
 */
export function firstPlace(about, outputs) {
  const layer = about.layers.find((entry) => entry.kind === "Conv2d") ?? about.layers[about.layers.length - 1];
  const values = outputs[layer.name].data, [, height = 1, width = 1] = layer.shape;
  const middle = (/** @type {number} */ at, /** @type {number} */ size) => size < 4 || (at >= size / 4 && at < (3 * size) / 4);
  const worth = (/** @type {number} */ i) => width < 4 ? values[i] : Math.abs(values[i + 1] - values[i - 1]) + Math.abs(values[i + width] - values[i - width]);
  let best = 0, most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (!middle(i % width, width) || !middle(Math.floor(i / width) % height, height) || !(worth(i) > most)) continue;
    [best, most] = [i, worth(i)];
  }
  return { layer: layer.name, index: unflatten(layer.shape, best) };
}

/** The index of the number at a place among a layer's values. @param {number[]} shape @param {number} at */
export function unflatten(shape, at) {
  const index = [];
  for (const size of [...shape].reverse()) {
    index.unshift(at % size);
    at = Math.floor(at / size);
  }
  return index;
}

const LINKED_IMAGE = "image()"; // in a link, which leaves out what is empty

/** A place as the view's state holds it. @param {Place} place @returns {Record<string, string>} */
export function placeState({ layer, index }) {
  const [channel, y = "", x = ""] = index.map(String);
  return { layer: layer || LINKED_IMAGE, channel, y, x };
}

/** The place that a state names, if there is one. @param {About} about @param {Record<string, string>} state */
export function statePlace(about, { layer, channel, y, x }) {
  if (!layer || !channel) return null;
  const name = layer === LINKED_IMAGE ? "" : layer, flat = shapeOf(about, name)?.length === 1;
  const place = { layer: name, index: (flat ? [channel] : [channel, y, x]).map(Number) };
  return isPlace(about, place) ? place : null;
}
