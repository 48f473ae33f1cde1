// The numbers at the top of the results.

import { h } from "../../parts/dom.js";
import { count, percent, t } from "../../words.js";

/** @param {import("../../engine.js").Results} facts */
export function summaryPart(facts) {
  const between = (/** @type {[number, number]} */ [low, high]) => t("results.between", { low: percent(low), high: percent(high) });
  const part = facts.images < facts.total ? t("results.part", { total: count(facts.total) }) : "";
  const numbers = [
    [t("results.macroF1"), percent(facts.macro_f1), between(facts.f1_interval)],
    [t("results.macroPrecision"), percent(facts.macro_precision), ""],
    [t("results.macroRecall"), percent(facts.macro_recall), ""],
    facts.top === null ? null : [t("results.top"), percent(facts.top), ""],
    [t("results.calibration"), percent(facts.calibration_error), ""],
  ];
  const chosen = facts.best && t("results.chosen", {
    epoch: facts.best.epoch, epochs: facts.best.epochs, on: t(`results.on.${facts.best.on.split(" ")[0].replace("-", "")}`) });
  return h("section", { class: "summary", "aria-label": t("results.summary") },
    h("div", { class: "headline" },
      h("p", null, h("b", { class: "number" }, percent(facts.accuracy)), " ", t("results.accuracy")),
      h("p", null, t("results.rightOf", { right: count(facts.images - facts.wrong), count: count(facts.images), data: facts.data }), part),
      h("p", { class: "hint" }, between(facts.interval)),
      chosen && h("p", { class: "hint" }, chosen,
        facts.best?.on !== "validation images" && ` ${t("results.expectLess")}`)),
    h("dl", null, ...numbers.filter((entry) => entry !== null).map(([name, value, words]) =>
      h("div", null, h("dt", null, name), h("dd", null, h("span", { class: "number" }, value), words && h("small", null, words))))));
}
