// A sum of products, term by term: convolution, pooling by the mean, affine, distances to codes.

import { strongest } from "../../parts/colours.js";
import { h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { flatTerms } from "./flatterms.js";
import { patchTerms } from "./patchterms.js";
import { figureOf, formulaOf, hereOf, layerTitle, lookOf, mapOf, placeText, resultOf, signOf } from "./pieces.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {import("../../engine.js").Tensor} Tensor */

/** @param {Walk} walk @param {any} facts @param {Record<string, Tensor>} arrays @returns {Drawn} */
export function sumOf(walk, facts, arrays) {
  const terms = arrays.units ? flatSum(walk, facts, arrays) : patchSum(walk, facts, arrays);
  const element = h("div", { class: "stack" }, terms.element, formulaOf(facts), resultOf(placeText(facts), facts.value), arrays.units ? hereOf(walk, facts) : null);
  return { element, close: terms.close };
}

/** @param {Walk} walk @param {any} facts @param {Record<string, Tensor>} arrays */
function patchSum(walk, facts, arrays) {
  const source = facts.reads[0].layer, [channels, rows, columns] = ["channels", "rows", "columns"].map((name) => Array.from(arrays[name].data));
  const input = mapOf(walk, source, channels[0], { rows, columns, margin: marginOf(rows, columns) }, walk.go);
  const pooled = facts.kind.includes("Pool") || facts.kind.includes("sample");
  const terms = patchTerms({
    channels, rows, columns, products: arrays.products.data, total: facts.total ?? facts.value, inside: arrays.inside?.data,
    first: { values: arrays.inputs.data, look: lookOf(walk, source), title: (channel) => t("follow.patch", { layer: layerTitle(source), channel }),
      pick: (channel, y, x) => walk.go({ layer: source, index: [channel, y, x] }) },
    second: { values: arrays.weights.data, look: { largest: strongest(arrays.weights.data) },
      title: () => t(pooled ? "follow.shares" : "follow.filter", { filter: facts.index[0] }), pickCell: weightPicker(walk, facts) },
    showing: (channel) => input?.show({ channel }),
  });
  const name = layerTitle(source);
  const planes = h("div", { class: "planes" }, input && figureOf(channels.length > 1 ? t("follow.inputMap", { layer: name }) : name, input.element), signOf("→"), hereOf(walk, facts));
  const hint = h("p", { class: "hint" }, t(facts.kind === "Conv2d" ? "follow.hintConvolution" : "follow.hintPatch"));
  return { element: h("div", { class: "stack" }, planes, terms.element, hint), close: terms.close };
}

/** A convolution's weight has a gradient of its own to look at. @param {Walk} walk @param {any} facts */
function weightPicker(walk, facts) {
  if (facts.kind !== "Conv2d") return undefined;
  return (/** @type {number} */ k, /** @type {number} */ y, /** @type {number} */ x) => walk.weigh(`${facts.layer}.weight`, [facts.index[0], k, y, x]);
}

/** Room for padding around a map: what a window in its corner could need.
 * @param {number[]} rows @param {number[]} columns
 */
function marginOf(rows, columns) {
  const span = (/** @type {number[]} */ places) => places[places.length - 1] - places[0] + 1;
  return Math.max(1, Math.floor(Math.min(9, Math.max(span(rows), span(columns))) / 2));
}

/** @param {Walk} walk @param {any} facts @param {Record<string, Tensor>} arrays */
function flatSum(walk, facts, arrays) {
  const source = facts.reads[0].layer, codes = facts.how === "distance";
  return flatTerms(walk, {
    layer: source, units: arrays.units.data, products: arrays.products.data, total: facts.total ?? facts.value,
    columns: [{ head: t("follow.head.input"), values: arrays.inputs.data }, { head: t(codes ? "follow.head.code" : "follow.head.weight"), values: arrays.weights.data }],
    product: t(codes ? "follow.head.square" : "follow.head.product"),
  });
}
