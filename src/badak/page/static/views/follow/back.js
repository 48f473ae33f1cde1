// The gradient's way back to one number: what each layer that reads it hands back, and their sum.

import { strongest } from "../../parts/colours.js";
import { h } from "../../parts/dom.js";
import { exactly, numberTable } from "../../parts/number.js";
import { t } from "../../words.js";
import { flatTerms } from "./flatterms.js";
import { patchTerms } from "./patchterms.js";
import { figureOf, formulaOf, fourDigits, gridFigure, gridOf, hereOf, layerTitle, lookOf, mapOf, namedNumbers, placeButton, placeText, resultOf, signOf } from "./pieces.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {import("../../engine.js").Tensor} Tensor */

/** @param {Walk} walk  whose outputs are gradients @param {any} facts @param {Record<string, Tensor>} arrays @returns {Drawn} */
export function backOf(walk, facts, arrays) {
  /** @type {Drawn[]} */
  const parts = facts.readers.map((/** @type {any} */ reader, /** @type {number} */ n) => readerOf(walk, facts, reader, ofReader(arrays, n)));
  const name = t("follow.back.gradientOf", { place: placeText(facts) });
  const shares = facts.readers.map((/** @type {any} */ reader) => fourDigits(reader.gradient));
  const element = h("div", { class: "stack" },
    facts.readers.length ? null : h("p", null, t(`follow.back.start.${facts.of}`)),
    ...parts.map((part) => part.element),
    parts.length > 1 && h("p", { class: "worked number" }, h("span", { class: "quietly" }, t("follow.back.together", { count: parts.length })), h("b", null, `${shares.join(" + ")} = ${fourDigits(facts.gradient)}`)),
    resultOf(name, facts.gradient), h("p", { class: "hint" }, t("follow.back.means", { value: fourDigits(facts.gradient), what: t(`follow.back.what.${facts.of}`) })),
    parts.length === 0 ? hereOf(walk, facts) : null);
  return { element, close: () => parts.forEach((part) => part.close()) };
}

/** @param {Record<string, Tensor>} arrays @param {number} n */
function ofReader(arrays, n) {
  const start = `${n}.`;
  return Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith(start)).map(([name, tensor]) => [name.slice(start.length), tensor]));
}

/** @param {Walk} walk @param {any} facts @param {any} reader @param {Record<string, Tensor>} arrays @returns {Drawn} */
function readerOf(walk, facts, reader, arrays) {
  const heading = h("h3", null, t("follow.back.through", { layer: layerTitle(reader.layer), kind: reader.kind }), " ", h("span", { class: "number" }, fourDigits(reader.gradient)));
  const drawn = arrays.units && arrays.units.data.length > 1 ? flatReader(walk, reader, arrays)
    : arrays.rows && arrays.products && arrays.products.data.length > 1 ? patchReader(walk, facts, reader, arrays) : singleReader(walk, facts, reader, arrays);
  return { element: h("section", { class: "reader stack" }, heading, drawn.element), close: drawn.close };
}

/** @param {Walk} walk @param {any} reader @param {Record<string, Tensor>} arrays @returns {Drawn} */
function flatReader(walk, reader, arrays) {
  return flatTerms(walk, {
    layer: reader.layer, units: arrays.units.data, products: arrays.products.data, total: reader.gradient, product: t("follow.head.product"),
    columns: [{ head: t("follow.head.weight"), values: arrays.weights.data }, { head: t("follow.head.gradient"), values: arrays.gradients.data }],
  });
}

/** @param {Walk} walk @param {any} facts @param {any} reader @param {Record<string, Tensor>} arrays @returns {Drawn} */
function patchReader(walk, facts, reader, arrays) {
  const [channels, rows, columns] = ["channels", "rows", "columns"].map((name) => Array.from(arrays[name].data));
  const output = mapOf(walk, reader.layer, channels[0], { rows, columns }, walk.go);
  const terms = patchTerms({
    channels, rows, columns, products: arrays.products.data, total: reader.gradient,
    first: { values: arrays.weights.data, look: { largest: strongest(arrays.weights.data) }, title: (channel) => t(reader.how === "max" ? "follow.back.won" : "follow.back.weights", { channel }) },
    second: { values: arrays.gradients.data, look: lookOf(walk, reader.layer), title: (channel) => t("follow.back.gradients", { layer: layerTitle(reader.layer), channel }),
      pick: (channel, y, x) => walk.go({ layer: reader.layer, index: [channel, y, x] }) },
    showing: (channel) => output?.show({ channel }),
  });
  const here = hereOf(walk, facts);
  const element = h("div", { class: "stack" },
    h("div", { class: "planes" }, output && figureOf(t("follow.back.map", { layer: layerTitle(reader.layer) }), output.element), signOf("→"), here),
    terms.element, arrays.overlaps ? overlapsOf(reader, arrays, channels.length) : null);
  return { element, close: terms.close };
}

/** col2im: the entries of the columns' gradient that fall on this pixel, one a window.
 * @param {any} reader @param {Record<string, Tensor>} arrays @param {number} filters
 */
function overlapsOf(reader, arrays, filters) {
  const columns = arrays.columns.data.length, values = arrays.overlaps.data;
  const table = numberTable(values, { columns, label: t("follow.back.overlaps", { sum: fourDigits(reader.gradient) }) });
  table.cells.forEach((cell, i) => {
    cell.title = t("follow.back.entry", { row: arrays.matrix_rows.data[i], column: arrays.matrix_columns.data[i], value: exactly(values[i]) });
  });
  const count = values.length;
  return h("div", { class: "stack" }, h("h3", null, "col2im"), h("p", { class: "hint" }, t("follow.back.col2im", { count, filters, layer: layerTitle(reader.layer) })),
    h("div", { class: "product" }, gridFigure(t("follow.back.overlaps", { sum: fourDigits(reader.gradient) }), table)));
}

/** @param {Walk} walk @param {any} facts @param {any} reader @param {Record<string, Tensor>} arrays @returns {Drawn} */
function singleReader(walk, facts, reader, arrays) {
  const index = arrays.units ? [arrays.units.data[0]] : arrays.rows ? [arrays.channels.data[0], arrays.rows.data[0], arrays.columns.data[0]] : null;
  const place = index && index[0] !== undefined ? { layer: reader.layer, index } : null;
  const value = arrays.gradients?.data[0];
  const map = place && place.index.length === 3 ? mapOf(walk, place.layer, place.index[0], { cell: [place.index[1], place.index[2]] }, walk.go) : null;
  const element = h("div", { class: "stack" },
    h("div", { class: "planes" }, map && figureOf(t("follow.back.map", { layer: layerTitle(reader.layer) }), map.element), map && signOf("→"), hereOf(walk, facts)),
    place && placeButton(walk, place, value), namedNumbers(reader.numbers ?? {}), formulaOf(reader));
  return { element, close: () => {} };
}

/** One weight's gradient: at every place the number it met, times the gradient there.
 * @param {any} facts @param {Record<string, Tensor>} arrays @returns {Drawn}
 */
export function weightBackOf(facts, arrays) {
  const name = `${facts.parameter}[${facts.index.join(", ")}]`;
  const width = arrays.products ? arrays.products.shape[arrays.products.shape.length - 1] : 1;
  const grid = (/** @type {string} */ part, /** @type {string} */ label) => gridFigure(label, gridOf(arrays[part].data, width, { label }));
  const element = h("div", { class: "stack" },
    h("p", null, t("follow.back.weightHint", { count: arrays.products?.data.length ?? 0 })),
    arrays.products && h("div", { class: "product" },
      grid("inputs", t("follow.back.met")), signOf("×"), grid("gradients", t("follow.back.gradients", { layer: facts.layer, channel: facts.filter ?? facts.index[0] })),
      signOf("="), grid("products", t("follow.productsSum", { sum: fourDigits(facts.gradient) }))),
    h("p", { class: "hint number" }, `${name} = ${fourDigits(facts.value)}`), resultOf(t("follow.back.gradientOf", { place: name }), facts.gradient));
  return { element, close: () => {} };
}
