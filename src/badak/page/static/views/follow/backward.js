// The panel's mode Backward: whose gradient is looked at, and what it asks about that.

import { button, choice, h } from "../../parts/dom.js";
import { likeliest } from "../../parts/likeliest.js";
import { t } from "../../words.js";
import { backOf, weightBackOf } from "./back.js";
import { ENDS, readPlace } from "./place.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {Record<string, import("../../engine.js").Tensor>} Tensors */

/** @param {import("../../shell.js").Page} page @param {import("../../engine.js").About} about
 * @param {(state: Record<string, string>, step?: boolean) => void} change
 */
export function backwardOf(page, about, change) {
  /** @type {{ key: string, tensors: Tensors } | null} */
  let gradients = null;

  /** The class and kind of target that the state names; the likeliest class without one.
   * @param {Tensors} outputs @returns {import("../../engine.js").Target}
   */
  function target(outputs) {
    const asked = Number(page.state.label || NaN), likely = outputs[ENDS]?.data ?? [0];
    const known = Number.isInteger(asked) && asked >= 0 && asked < about.classes.length;
    return { label: known ? asked : Math.max(0, likeliest(likely)), of: page.state.of === "loss" ? "loss" : "logit" };
  }

  /** Gradients of all layers for the target, asked once. @param {Tensors} outputs */
  async function maps(outputs) {
    const wanted = target(outputs), key = JSON.stringify(wanted);
    if (gradients?.key !== key) gradients = { key, tensors: (await page.look("gradients", wanted)).arrays };
    return gradients;
  }

  /** @param {Tensors} outputs */
  function choices(outputs) {
    const { label, of } = target(outputs), classes = about.classes.map((name, k) => ({ value: String(k), words: name }));
    const kinds = ["logit", "loss"].map((value) => ({ value, words: t(`follow.back.of.${value}`) }));
    const ofChoice = choice(t("follow.back.target"), kinds, of, (chosen) => change({ of: chosen }, false));
    const labelChoice = choice(t("follow.back.label"), classes, String(label), (chosen) => change({ label: chosen }, false));
    [ofChoice.dataset.focus, labelChoice.dataset.focus] = ["of", "label"];
    return h("div", { class: "tools" }, ofChoice, labelChoice);
  }
  return {
    target, maps,
    forget: () => (gradients = null),
    /** @param {Walk} walk  forward @param {Place} place @returns {Promise<Drawn>} */
    async number(walk, { layer, index }) {
      const { outputs } = walk, last = about.layers[about.layers.length - 1].name;
      const { tensors } = await maps(outputs);
      const { facts, arrays } = await page.look("back", { layer: layer === ENDS ? last : layer, index, ...target(outputs) });
      const inner = backOf({ ...walk, outputs: tensors, signed: true }, facts, arrays);
      return { element: h("div", { class: "stack" }, choices(outputs), inner.element), close: inner.close };
    },
    /** @param {Walk} walk @param {string} text  of the weight's cell @returns {Promise<Drawn>} */
    async weight({ outputs }, text) {
      const { layer: parameter, index } = readPlace(text);
      await maps(outputs);
      const { facts, arrays } = await page.look("weight_back", { parameter, index, ...target(outputs) });
      const inner = weightBackOf(facts, arrays), back = button(t("follow.back.toNumber"), () => change({ mode: "step", weight: "" }));
      return { element: h("div", { class: "stack" }, choices(outputs), inner.element, back), close: inner.close };
    },
  };
}
