// What the steps of all layers are drawn of: figures with a caption, places to go to, formulas.

import { strongest } from "../../parts/colours.js";
import { h } from "../../parts/dom.js";
import { decimalsOf, drawNumbers, exactly, fixed, numberTable } from "../../parts/number.js";
import { t } from "../../words.js";
import { largeMap } from "./map.js";
import { ENDS, shapeOf } from "./place.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../../engine.js").About} About */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../parts/number.js").NumberLook} NumberLook */

/** What a step is drawn with. @typedef {object} Walk
 * @property {About} about
 * @property {Record<string, Tensor>} outputs  of all layers, and the image
 * @property {(place: Place) => void} go  to a number that this one was computed from, or went into
 * @property {(place: Place) => void} move  to another number of the same layer
 * @property {(parameter: string, index: number[]) => void} weigh  to a weight's gradient
 * @property {number} room  from side to side, in CSS pixels
 * @property {boolean} [signed]  whether the image, too, has values of both signs: gradients
 */

/** A drawn step. @typedef {object} Drawn
 * @property {HTMLElement} element
 * @property {() => void} close
 */

const TABLE_CELLS = 169; // more than a 13x13 patch are drawn as a picture

/** @param {string} caption @param {...(Node | null)} children */
export function figureOf(caption, ...children) {
  return h("figure", null, h("figcaption", null, caption), ...children);
}

/** A grid's figure; its unit, if it has one, stands in the caption.
 * @param {string} caption @param {{ element: HTMLElement, unit: string }} grid
 */
export function gridFigure(caption, { element, unit }) {
  return figureOf(unit ? `${caption} (${unit})` : caption, element);
}

/** @param {string} text */
export function signOf(text) {
  return h("span", { class: "sign", "aria-hidden": "true" }, text);
}

/** @param {string} layer */
export function layerTitle(layer) {
  return layer === "" ? t("follow.image") : layer === ENDS ? "softmax" : layer;
}

/** @param {Place} place */
export function placeText({ layer, index }) {
  return `${layerTitle(layer)}[${index.join(", ")}]`;
}

/** A number in four digits; what is not finite as it is. @param {number | null | undefined} value */
export function fourDigits(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(3).replaceAll("-", "−");
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

/** A number that stands for itself elsewhere on the page: a button that goes there.
 * @param {Walk} walk @param {Place} place @param {number | null} [value]
 */
export function placeButton(walk, place, value) {
  return h("button", { type: "button", class: "chip place", onclick: () => walk.go(place) },
    h("span", null, placeText(place)), value === undefined ? null : h("b", { class: "number" }, fourDigits(value)));
}

/** Formula and the same with its numbers.
 * @param {{ formula: string, worked: string }} facts
 */
export function formulaOf({ formula, worked }) {
  return h("p", { class: "worked number" }, h("span", { class: "quietly" }, formula), h("b", null, worked));
}

/** The result of a step, at full precision for those who compare. @param {string} words @param {number | null} value */
export function resultOf(words, value) {
  return h("p", { class: "result" }, h("span", null, words), h("output", { class: "number", dataset: { value: String(value) }, title: exactly(value) }, fourDigits(value)));
}

/** How a layer's numbers are coloured wherever they are shown: images grey, others signed on one scale.
 * @param {Walk} walk @param {string} layer @returns {NumberLook}
 */
export function lookOf(walk, layer) {
  const tensor = walk.outputs[layer];
  const count = walk.about.input[0];
  if (layer === "" && !walk.signed && (count === 1 || count === 3)) return { image: true, largest: 1 };
  return { largest: tensor ? strongest(tensor.data) : 1 };
}

/** A layer's map, large; null of a layer without maps. A cell of it is a place to go to.
 * @param {Walk} walk @param {string} layer @param {number} channel
 * @param {{ rows?: number[], columns?: number[], cell?: [number, number] | null, margin?: number }} marks
 * @param {(place: Place) => void} pick
 */
export function mapOf(walk, layer, channel, marks, pick) {
  const shape = shapeOf(walk.about, layer), tensor = walk.outputs[layer];
  if (!shape || shape.length !== 3 || !tensor) return null;
  const side = walk.room < 480 ? 150 : walk.room < 1000 ? 224 : 288;
  const look = { values: tensor.data, shape, side, channel, look: lookOf(walk, layer), label: t("follow.mapLabel", { layer: layerTitle(layer), channel }), ...marks };
  return largeMap(look, (y, x) => pick({ layer, index: [channel, y, x] }));
}

/** The map in which a number lies, marked; of a flat layer all its numbers.
 * @param {Walk} walk @param {Place} place
 */
export function hereOf(walk, place) {
  const { layer, index } = place;
  if (index.length === 3) {
    const map = mapOf(walk, layer, index[0], { cell: [index[1], index[2]] }, walk.move);
    if (map) map.element.dataset.focus = "here";
    const words = walk.signed ? "follow.back.gradients" : "follow.output";
    return map && figureOf(t(words, { layer: layerTitle(layer), channel: index[0] }), map.element);
  }
  const tensor = walk.outputs[layer];
  if (!tensor || tensor.data.length > TABLE_CELLS) return null;
  const table = numberTable(tensor.data, { columns: 10, label: layerTitle(layer), pick: (unit) => walk.move({ layer, index: [unit] }) });
  table.cells[index[0]].classList.add("lit");
  table.element.dataset.focus = "here";
  return gridFigure(layerTitle(layer), table);
}

/** A grid of numbers: a table if each can be read, else a picture.
 * @param {ArrayLike<number>} values @param {number} columns
 * @param {{ label: string, look?: NumberLook, inside?: ArrayLike<number> | null, pick?: ((cell: number) => void) | null }} options
 */
export function gridOf(values, columns, { label, look, inside, pick }) {
  if (values.length <= TABLE_CELLS && columns <= 16) return numberTable(values, { columns, label, look, inside, pick });
  const canvas = h("canvas", { class: "plane" }), side = Math.max(1, Math.floor(180 / Math.max(columns, values.length / columns)));
  drawNumbers(canvas, values, columns, { cell: [side, side], look, label });
  if (pick)
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect(), scale = (columns * side) / box.width;
      const [y, x] = [(event.clientY - box.top) * scale, (event.clientX - box.left) * scale].map((at) => Math.floor(at / side));
      if (x >= 0 && x < columns && y * columns + x < values.length) pick(y * columns + x);
    });
  return { element: canvas, cells: [], unit: "" };
}

/** The numbers of a formula by name. @param {Record<string, number | null>} numbers */
export function namedNumbers(numbers) {
  const entries = Object.entries(numbers);
  return entries.length > 1 ? h("dl", { class: "named" }, ...entries.map(([name, value]) =>
    h("div", null, h("dt", null, name), h("dd", { class: "number" }, fourDigits(value))))) : null;
}

/** Terms of a sum as rows: the largest first, and one row for all others.
 * @param {ArrayLike<number>} products @param {number} most
 */
export function largestTerms(products, most) {
  const order = Array.from(products, (_, i) => i).sort((a, b) => Math.abs(products[b]) - Math.abs(products[a]));
  const shown = products.length <= most + 2 ? order : order.slice(0, most);
  const others = order.slice(shown.length).reduce((sum, i) => sum + products[i], 0);
  return { shown, others, left: order.length - shown.length };
}

/** @param {ArrayLike<number>} values @param {number} value */
export function alike(values, value) {
  return fixed(value, Math.max(2, decimalsOf(strongest(values))));
}

/** Numbers of a flat layer as the maps that it was made of, if it was.
 * @param {About} about @param {string} layer @returns {number[] | null}
 */
export function mapsBefore(about, layer) {
  const entry = about.layers.find((candidate) => candidate.name === layer);
  return entry && entry.kind === "Flatten" && entry.input.length === 3 ? entry.input : null;
}

