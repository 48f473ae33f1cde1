// Where a number goes on to: the layers that read it.

import { button, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { placeText, placeButton } from "./pieces.js";
import { ENDS, flatPlace, shapeOf, unflatten } from "./place.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./place.js").Place} Place */

/** A button for each reader: to the one number it becomes there, or, if many take it in, to all of
 * them as the gradient comes back from them.
 * @param {Walk} walk @param {Place} place @param {() => void} back
 */
export function onwardsOf(walk, place, back) {
  const shape = /** @type {number[]} */ (shapeOf(walk.about, place.layer)), { layers } = walk.about;
  const size = (/** @type {number[]} */ of) => of.reduce((a, b) => a * b, 1);
  const readers = layers.filter((entry) => entry.reads.includes(place.layer)).map((entry) => {
    const one = Object.keys(entry.parameters).every((name) => entry.kind.includes("Norm") || name !== "weight");
    if (!one || size(entry.shape) !== size(shape)) return button(`${entry.name} (${entry.kind})`, back, { class: "chip place" });
    return placeButton(walk, { layer: entry.name, index: unflatten(entry.shape, flatPlace(shape, place.index)) });
  });
  if (layers[layers.length - 1].name === place.layer) {
    const end = { layer: ENDS, index: place.index };
    readers.push(button(placeText(end), () => walk.go(end), { class: "chip place" }));
  }
  return readers.length ? h("p", { class: "row onwards" }, h("span", { class: "hint" }, t("follow.onwards")), ...readers) : null;
}
