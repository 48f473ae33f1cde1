// Steps that are no sum: the largest of a patch, a function, statistics, joins, copies.

import { strongest } from "../../parts/colours.js";
import { h } from "../../parts/dom.js";
import { svg } from "../../parts/svg.js";
import { t } from "../../words.js";
import { figureOf, formulaOf, fourDigits, gridFigure, gridOf, hereOf, layerTitle, lookOf, mapOf, namedNumbers, placeButton, placeText, resultOf, signOf } from "./pieces.js";
import { flatPlace, shapeOf } from "./place.js";
import { playerOf } from "./player.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../../engine.js").Tensor} Tensor */

const CURVE_DOTS = 600;

/** Pooling: cell after cell is compared with the largest so far.
 * @param {Walk} walk @param {any} facts @param {Record<string, Tensor>} arrays @returns {Drawn}
 */
export function largestOf(walk, facts, arrays) {
  const source = facts.reads[0].layer, rows = Array.from(arrays.rows.data), columns = Array.from(arrays.columns.data);
  const channel = arrays.channels.data[0], inputs = arrays.inputs.data, inside = arrays.inside.data;
  const winner = facts.winner ? facts.winner[1] * columns.length + facts.winner[2] : -1;
  const map = mapOf(walk, source, channel, { rows, columns, margin: rows[0] < 0 || columns[0] < 0 ? 2 : 1 }, walk.go);
  const table = gridOf(inputs, columns.length, {
    label: t("follow.patch", { layer: layerTitle(source), channel }), look: lookOf(walk, source), inside,
    pick: (i) => walk.go({ layer: source, index: [channel, rows[Math.floor(i / columns.length)], columns[i % columns.length]] }),
  });
  table.element.dataset.focus = "patch";
  const said = h("p", { class: "running number", role: "status" }), count = inputs.length + 1;
  const show = (/** @type {number} */ step) => {
    let best = -1;
    for (let i = 0; i <= Math.min(step, inputs.length - 1); i++) if (inside[i] && (best < 0 || inputs[i] > inputs[best])) best = i;
    const last = step === count - 1;
    table.cells.forEach((cell, i) => {
      cell.classList.toggle("lit", !last && i === step);
      cell.classList.toggle("winner", i === (last ? winner : best));
    });
    said.textContent = last ? t("follow.winner", { value: fourDigits(facts.value), place: facts.source ? placeText({ layer: source, index: facts.source }) : "–" })
      : t(inside[step] ? "follow.compare" : "follow.comparePadding", { value: fourDigits(inputs[step]), best: best < 0 ? "–" : fourDigits(inputs[best]) });
  };
  const player = playerOf(show);
  player.set(count, count - 1);
  show(count - 1);
  const element = h("div", { class: "stack" },
    h("div", { class: "planes" }, map && figureOf(layerTitle(source), map.element), signOf("→"), hereOf(walk, facts)),
    h("div", { class: "product" }, gridFigure(t("follow.patch", { layer: layerTitle(source), channel }), table), signOf("→"),
      figureOf("max", h("b", { class: "number sum" }, fourDigits(facts.value)))),
    player.element, said, resultOf(placeText(facts), facts.value));
  return { element, close: player.close };
}

/** One number in, one out; and what the layer does to all the other numbers of this map.
 * @param {Walk} walk @param {any} facts @returns {Drawn}
 */
export function functionOf(walk, facts) {
  const read = facts.reads[0];
  return still(
    h("div", { class: "planes" }, curveOf(walk, facts, read.layer), hereOf(walk, facts)),
    read.index && placeButton(walk, read, read.value), namedNumbers(facts.numbers), formulaOf(facts), resultOf(placeText(facts), facts.value));
}

/** Statistics over many numbers: group norm and its kin. @param {Walk} walk @param {any} facts
 * @param {Record<string, Tensor>} arrays @returns {Drawn}
 */
export function statisticsOf(walk, facts, arrays) {
  const read = facts.reads[0];
  return still(
    h("div", { class: "planes" }, curveOf(walk, facts, read.layer), inputsPicture(walk, read.layer, arrays), hereOf(walk, facts)),
    read.index && placeButton(walk, read, read.value), namedNumbers(facts.numbers), formulaOf(facts), resultOf(placeText(facts), facts.value));
}

/** Two or more numbers become one: a residual sum, a product. @param {Walk} walk @param {any} facts @returns {Drawn} */
export function joinOf(walk, facts) {
  /** @type {Node[]} */
  const parts = [];
  const sign = facts.formula.includes("*") ? "×" : "+";
  facts.reads.forEach((/** @type {any} */ read, /** @type {number} */ i) => {
    if (i) parts.push(signOf(sign));
    const map = read.index?.length === 3 ? mapOf(walk, read.layer, read.index[0], { cell: [read.index[1], read.index[2]] }, walk.go) : null;
    parts.push(figureOf(layerTitle(read.layer), map && map.element, read.index ? placeButton(walk, read, read.value) : null));
  });
  const here = hereOf(walk, facts);
  return still(h("div", { class: "planes" }, ...parts, signOf("="), here), formulaOf(facts), resultOf(placeText(facts), facts.value));
}

/** The number is handed on as it is. @param {Walk} walk @param {any} facts @returns {Drawn} */
export function copyOf(walk, facts) {
  const from = facts.reads.find((/** @type {any} */ read) => read.index && (!facts.origin || read.layer === facts.origin)) ?? null;
  const map = from?.index.length === 3 ? mapOf(walk, from.layer, from.index[0], { cell: [from.index[1], from.index[2]] }, walk.go) : null;
  return still(h("p", null, t(from ? "follow.copied" : "follow.copiedZero", { kind: facts.kind })),
    h("div", { class: "planes" }, map && figureOf(layerTitle(from.layer), map.element), ...arrowTo(map && hereOf(walk, facts))),
    from && placeButton(walk, from, from.value), formulaOf(facts), resultOf(placeText(facts), facts.value));
}

/** A layer of one's own: what it may have seen. @param {Walk} walk @param {any} facts
 * @param {Record<string, Tensor>} arrays @returns {Drawn}
 */
export function unknownOf(walk, facts, arrays) {
  return still(h("p", null, t("follow.unknown", { kind: facts.kind })), arrays.inputs ? inputsPicture(walk, facts.reads[0].layer, arrays) : null,
    hereOf(walk, facts), resultOf(placeText(facts), facts.value));
}

/** @param {HTMLElement | null} figure */
function arrowTo(figure) {
  return figure ? [signOf("→"), figure] : [];
}

/** @param {...(Node | null)} children @returns {Drawn} */
export function still(...children) {
  return { element: h("div", { class: "stack" }, ...children), close: () => {} };
}

/** @param {Walk} walk @param {string} layer @param {Record<string, Tensor>} arrays */
function inputsPicture(walk, layer, arrays) {
  const width = arrays.columns ? arrays.columns.data.length : Math.min(32, arrays.inputs.data.length);
  const label = t("follow.inputs", { count: arrays.inputs.data.length, layer: layerTitle(layer) });
  return gridFigure(label, gridOf(arrays.inputs.data, width, { label, look: lookOf(walk, layer) }));
}

/** Every number of this map as a dot, from what goes in to what comes out; this number stands out.
 * @param {Walk} walk @param {any} facts @param {string} source
 */
function curveOf(walk, facts, source) {
  const before = walk.outputs[source], after = walk.outputs[facts.layer], shape = shapeOf(walk.about, facts.layer);
  if (!before || !after || !shape || before.data.length !== after.data.length) return null;
  const size = shape.length === 3 ? shape[1] * shape[2] : shape[0], start = shape.length === 3 ? facts.index[0] * size : 0;
  const step = Math.max(1, Math.ceil(size / CURVE_DOTS)), here = flatPlace(shape, facts.index);
  const xs = before.data.subarray(start, start + size), ys = after.data.subarray(start, start + size);
  const wide = strongest(xs) || 1, high = strongest(ys) || 1;
  const point = (/** @type {number} */ i) => [110 + (100 * before.data[i]) / wide, 110 - (100 * after.data[i]) / high];
  const dots = [];
  for (let i = start; i < start + size; i += step) {
    const [cx, cy] = point(i);
    dots.push(svg("circle", { class: "dot", cx, cy, r: 2 }));
  }
  const [cx, cy] = point(here), x = fourDigits(before.data[here]), y = fourDigits(after.data[here]);
  const words = t("follow.curve", { layer: layerTitle(facts.layer) });
  const picture = svg("svg", { class: "curve", viewBox: "0 0 220 220", width: 220, role: "img", "aria-label": `${words}: ${x} → ${y}` },
    svg("path", { class: "axis", d: "M10 110H210M110 10V210" }), ...dots,
    svg("path", { class: "lead", d: `M${cx} 110V${cy}H110` }), svg("circle", { class: "here", cx, cy, r: 5 }),
    svg("text", { x: 208, y: 124, class: "end" }, `${layerTitle(source)} ${fourDigits(wide)}`), svg("text", { x: 104, y: 18, class: "end" }, `${layerTitle(facts.layer)} ${fourDigits(high)}`));
  return h("figure", null, h("figcaption", null, words), /** @type {any} */ (picture));
}
