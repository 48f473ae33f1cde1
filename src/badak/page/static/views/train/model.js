// Setup: the network: a model of the table with its layers, or layers that are typed.

import { button, choice, fill, h } from "../../parts/dom.js";
import { count, t } from "../../words.js";
import { FIRST_MODEL, TYPED_MODEL } from "./form.js";
import { bigWords, layersEditor, layersTable } from "./layers.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("./form.js").TrainForm} TrainForm */
/** @typedef {import("../../engine.js").TypedLayers & { text: string | null }} ModelLayers */

const FEW_LAYERS = 30;

/** @param {Page} page @param {TrainForm} form @param {(good: boolean) => void} judged  whether the layers can be trained */
export function modelPart(page, form, judged) {
  const body = h("div", { class: "stack" });
  const names = form.options.models.map(({ name }) => ({ value: name, words: name }));
  const list = choice(t("train.model"), [...names, { value: TYPED_MODEL, words: t("train.typed") }],
    form.get("model") || FIRST_MODEL, (value) => form.set({ model: value === FIRST_MODEL ? "" : value }));
  const select = /** @type {HTMLSelectElement} */ (list.querySelector("select"));
  const editor = layersEditor(page, (layers, good) => {
    if (!form.isTyped()) return;
    form.set({ layers });
    judged(good);
  });
  let shown = "";

  async function show() {
    const { name: data, shape, classes } = form.dataset(), model = form.isTyped() ? TYPED_MODEL : form.recipe().name;
    if (`${data} ${model}` === shown) return;
    shown = `${data} ${model}`;
    if (form.isTyped()) {
      fill(body, h("p", { class: "hint" }, t("train.typedHint")), editor.element);
      editor.show(form.layers(), shape, classes);
      return;
    }
    judged(true);
    const mine = shown;
    try {
      const { facts } = await page.engine.ask("model_layers", { model, shape, classes });
      if (mine !== shown) return;
      if (facts.faults.length) refuse(facts.faults[0].message);
      else showModel(facts);
    } catch (wrong) {
      if (mine === shown) refuse(wrong instanceof Error ? wrong.message : String(wrong));
    }
  }

  /** @param {string} words */
  function refuse(words) {
    fill(body, h("p", { class: "train-fault", lang: "en" }, words));
    judged(false);
  }

  /** @param {ModelLayers} facts @param {number} [few] */
  function showModel(facts, few = FEW_LAYERS) {
    const { layers, parameters, flops, text } = facts;
    const edit = text !== null && button(t("train.edit"), () => {
      select.value = TYPED_MODEL;
      form.set({ model: TYPED_MODEL, layers: text });
    }, { id: "edit-layers" });
    fill(body,
      h("div", { class: "bar" }, h("p", { class: "sums number" },
        t("train.sums", { parameters: count(parameters), flops: bigWords(flops) })), edit),
      layersTable(layers, few),
      layers.length > few &&
        button(t("train.showAll", { count: layers.length }), () => showModel(facts, layers.length), { class: "quiet" }),
      text === null && h("p", { class: "hint" }, t("train.blocks")));
  }

  form.onChange(show);
  show();
  return h("section", { class: "model" }, h("h2", null, t("train.network")), list, body);
}
