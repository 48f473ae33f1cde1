// The end: logits become probabilities, by exponentials and their share of the sum.

import { h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { formulaOf, fourDigits, resultOf } from "./pieces.js";
import { playerOf } from "./player.js";
import { termBar } from "./flatterms.js";
import { ENDS } from "./place.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./pieces.js").Drawn} Drawn */

const SOFTMAX_ROWS = 20;
const SOFTMAX_STEPS = ["logits", "less", "exponentials", "share"];

/** @param {Walk} walk @param {any} facts @param {Record<string, import("../../engine.js").Tensor>} arrays @returns {Drawn} */
export function softmaxOf(walk, facts, arrays) {
  const logits = arrays.logits.data, exponentials = arrays.exponentials.data, probabilities = arrays.probabilities.data;
  const last = walk.about.layers[walk.about.layers.length - 1].name, all = Array.from(logits, (_, k) => k);
  const order = all.length <= SOFTMAX_ROWS ? all : all.sort((a, b) => logits[b] - logits[a]).slice(0, SOFTMAX_ROWS - 1);
  if (!order.includes(facts.label)) order.push(facts.label);
  const head = ["class", "logit", "less", "exp", "share"].map((name) => h("th", { scope: "col" }, t(`follow.softmax.${name}`)));
  const rows = order.map((k) =>
    h("tr", { class: k === facts.label ? "lit" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "chip place", onclick: () => walk.move({ layer: ENDS, index: [k] }) }, walk.about.classes[k])),
      h("td", null, h("button", { type: "button", class: "chip place", title: t("follow.softmax.follow", { name: walk.about.classes[k] }),
        onclick: () => walk.go({ layer: last, index: [k] }) }, fourDigits(logits[k]))),
      h("td", null, fourDigits(logits[k] - facts.largest)), h("td", null, fourDigits(exponentials[k])),
      h("td", { class: "share" }, h("span", null, fourDigits(probabilities[k])), termBar(probabilities[k], 1))));
  const table = h("table", { class: "terms softmax number" }, h("thead", null, h("tr", null, ...head)), h("tbody", null, ...rows));
  const said = h("p", { class: "running number", role: "status" });
  const show = (/** @type {number} */ step) => {
    table.dataset.step = String(step);
    said.textContent = t(`follow.softmax.said.${SOFTMAX_STEPS[step]}`, { largest: fourDigits(facts.largest), total: fourDigits(facts.total) });
  };
  const player = playerOf(show);
  player.set(SOFTMAX_STEPS.length, SOFTMAX_STEPS.length - 1);
  show(SOFTMAX_STEPS.length - 1);
  const element = h("div", { class: "stack" }, table, player.element, said, formulaOf(facts),
    resultOf(t("follow.softmax.probability", { name: walk.about.classes[facts.label] }), facts.value),
    h("p", { class: "hint number" }, t("follow.softmax.loss", { value: fourDigits(facts.value), loss: fourDigits(facts.loss) })));
  return { element, close: player.close };
}
