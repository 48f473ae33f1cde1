// Setup: the data set, and augmentation seen on its images.

import { button, choice, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { examplesPart } from "./examples.js";
import { shapeWords } from "./layers.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("./form.js").TrainForm} TrainForm */

/** @param {Page} page @param {TrainForm} form */
export function dataPart(page, form) {
  const examples = examplesPart(page), about = h("p", { class: "hint" });
  const list = choice(t("train.dataset"), form.options.datasets.map(({ name, here }) =>
    ({ value: name, words: here ? name : t("train.notHere", { name }) })), form.dataset().name,
  (value) => form.set({ dataset: value }));
  const names = () => new Set(form.get("augment").split(",").filter(Boolean));

  /** @param {string} name */
  function turn(name) {
    const chosen = names();
    if (!chosen.delete(name)) chosen.add(name);
    form.set({ augment: form.options.augmentations.filter((one) => chosen.has(one)).join(",") });
  }
  const own = button("", () => form.set({ augment: "" }), { class: "pick" });
  const none = button(t("train.none"), () => form.set({ augment: "none" }), { class: "pick" });
  const picks = form.options.augmentations.map((name) => ({ name, pick: button(name, () => turn(name), { class: "pick" }) }));

  function show() {
    const { name, here, shape, classes } = form.dataset(), recipe = form.ownAugment(), chosen = names();
    about.textContent = t("train.images", { size: shapeWords(shape), classes }) + (here ? "" : ` ${t("train.download", { name })}`);
    own.textContent = t("train.recipe", { name: recipe === "none" ? t("train.none") : recipe });
    press(own, !chosen.size);
    press(none, chosen.has("none"));
    for (const one of picks) press(one.pick, chosen.has(one.name));
    examples.show(name, form.get("augment") || recipe, here);
  }

  form.onChange(show);
  show();
  return h("section", { class: "data" }, h("h2", null, t("train.data")), list, about, h("h3", null, t("train.augment")),
    h("div", { class: "row chips", role: "group", "aria-label": t("train.augment") }, own, none, ...picks.map(({ pick }) => pick)),
    examples.element);
}

/** @param {HTMLElement} pick @param {boolean} on */
function press(pick, on) {
  pick.setAttribute("aria-pressed", String(on));
}
