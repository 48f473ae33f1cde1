// A training before it starts: data set, network and learning are chosen; the command that does the same.

import { copyText } from "../../parts/copied.js";
import { button, fill, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { dataPart } from "./data.js";
import { trainForm } from "./form.js";
import { learnPart } from "./learning.js";
import { modelPart } from "./model.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").TrainOptions} TrainOptions */

const SETUP_PAUSE = 150; // milliseconds without a change before the command is asked for

/** @param {Page} page @param {TrainOptions} options @param {() => void} started */
export function setupPart(page, options, started) {
  const form = trainForm(page, options), learning = learnPart(form);
  const fault = h("p", { class: "train-fault", role: "alert", id: "setup-fault" });
  const start = button(t("train.do.start"), begin, { class: "primary big-button", id: "train-start" });
  const command = h("pre", { class: "train-command" }), same = h("div", { hidden: true });
  /** @type {string[]} */
  let python = [];
  let turn = 0, goodLayers = true, starting = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;

  async function askCommand() {
    const mine = ++turn;
    if (!goodLayers) return refuse(""); // the editor says why
    const unclear = form.unclear();
    if (unclear) return refuse(t("train.noNumber", { name: t(`train.fields.${unclear}`), value: form.get(unclear) }), unclear);
    try {
      const { facts } = await page.engine.ask("train_command", form.choices());
      if (mine !== turn) return;
      if (facts.fault) return refuse(facts.fault);
      command.textContent = facts.command;
      learning.suggest(facts.run);
      python = facts.python;
      refuse("");
    } catch (wrong) {
      if (mine === turn) refuse(wrong instanceof Error ? wrong.message : String(wrong));
    }
  }

  /** @param {string} words  why it cannot start @param {string} [field]  which it is about */
  function refuse(words, field = words) {
    fault.textContent = words;
    learning.mark(field);
    same.hidden = Boolean(words) || !goodLayers;
    allow();
  }

  const allow = () => void (start.disabled = Boolean(fault.textContent) || !goodLayers || starting);

  async function begin() {
    starting = true;
    allow();
    try {
      await page.engine.ask("train_start", form.choices());
      started();
    } catch (wrong) {
      page.say(wrong instanceof Error ? wrong.message : String(wrong));
    }
    starting = false;
    allow();
  }

  function later() {
    clearTimeout(soon);
    soon = setTimeout(askCommand, SETUP_PAUSE);
  }

  const copy = button(t("shell.copy"), () => copyText(command.textContent ?? "", command, page.say), { class: "quiet" });
  fill(same, h("h3", null, t("train.sameCommand")), h("div", { class: "command-line" }, command, copy), page.python(() => python.join("\n")));
  const element = h("div", { class: "setup" }, dataPart(page, form),
    modelPart(page, form, (good) => {
      goodLayers = good;
      allow();
      later();
    }),
    h("section", { class: "learning" }, h("h2", null, t("train.learning")), learning.element,
      h("p", { class: "hint" }, t("train.leftEmpty")), h("div", { class: "go" }, start, fault), same));
  form.onChange(later);
  later();
  return { element, close: () => clearTimeout(soon) };
}
