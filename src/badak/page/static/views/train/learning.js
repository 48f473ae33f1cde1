// Setup: how the network learns: optimizer, rate, schedule, epochs ...; empty fields are the recipe's.

import { choice, h, tick } from "../../parts/dom.js";
import { t } from "../../words.js";
import { MORE_NUMBERS, MORE_TICKS, NUMBER_FIELDS } from "./form.js";

/** @typedef {import("./form.js").TrainForm} TrainForm */

/** @param {TrainForm} form */
export function learnPart(form) {
  /** @type {Record<string, HTMLInputElement>} */
  const fields = {};
  const { optimizers, schedules } = form.options;
  const optimizer = listOf(form, "optimizer", optimizers.map(({ name }) => name));
  const schedule = listOf(form, "schedule", [...schedules, "none"]);

  /** @param {string} name @param {string} [kind] */
  function field(name, kind = "decimal") {
    const input = h("input", { type: "text", inputmode: kind, id: `field-${name}`, autocomplete: "off", spellcheck: "false",
      "aria-describedby": "setup-fault", value: form.get(name) });
    input.addEventListener("input", () => form.set({ [name]: input.value.trim() }));
    fields[name] = input;
    return h("label", { class: kind === "text" ? "choice field-wide" : "choice" }, h("span", null, t(`train.fields.${name}`)), input);
  }
  const more = h("details", { class: "more-fields" }, h("summary", null, t("train.moreFields")),
    h("div", { class: "fields" }, ...MORE_NUMBERS.map((name) => field(name))),
    ...Object.entries(MORE_TICKS).map(([name, on]) =>
      tick(t(`train.fields.${name}`), Boolean(form.get(name)), (yes) => form.set({ [name]: yes ? on : "" }))));
  more.open = [...MORE_NUMBERS, ...Object.keys(MORE_TICKS)].some((name) => form.get(name));
  const element = h("div", null, h("div", { class: "fields" }, h("div", { class: "lists" }, optimizer, schedule),
    ...NUMBER_FIELDS.map((name) => field(name)), field("name", "text")), more);

  /** Say in each empty field what it means. */
  function show() {
    const own = form.recipe(), chosen = form.get("optimizer");
    const rule = optimizers.find(({ name }) => name === (chosen || own.optimizer));
    const { lr, weight_decay } = chosen ? { lr: null, weight_decay: null } : own; // they belong to the optimizer
    const meaning = {
      lr: form.isTyped() && !chosen ? t("train.byTrial") : lr ?? rule?.lr ?? "", epochs: own.epochs, batch_size: 100,
      weight_decay: weight_decay ?? rule?.weight_decay ?? 0, seed: 0, limit_train: t("train.all"), snapshots: t("train.never"),
      label_smoothing: own.label_smoothing ?? t("train.none"), ema: own.ema ?? t("train.none"), early_stopping: t("train.never"),
    };
    for (const [name, value] of Object.entries(meaning)) fields[name].placeholder = String(value);
    sayFirst(optimizer, own.optimizer);
    sayFirst(schedule, own.schedule ?? t("train.constant"));
  }

  form.onChange(show);
  show();
  return {
    element,
    /** @param {string} name  of the run if none is given */
    suggest: (name) => void (fields.name.placeholder = name),
    /** Mark the field that a message of badak begins with. @param {string} words */
    mark(words) {
      for (const [name, input] of Object.entries(fields)) {
        const said = new RegExp(`^(--)?${name.replace("_", "[_-]")}\\b`).test(words);
        input.setAttribute("aria-invalid", String(said));
        if (said && more.contains(input)) more.open = true; // so that it is seen
      }
    },
  };
}

/** A list whose first entry is the recipe's. @param {TrainForm} form @param {string} name @param {string[]} values */
function listOf(form, name, values) {
  const choices = values.map((value) => ({ value, words: value === "none" ? t("train.constant") : value }));
  return choice(t(`train.fields.${name}`), [{ value: "", words: "" }, ...choices], form.get(name), (value) => form.set({ [name]: value }));
}

/** @param {HTMLElement} list @param {string} words */
function sayFirst(list, words) {
  const first = list.querySelector("option");
  if (first) first.textContent = t("train.recipe", { name: words });
}
