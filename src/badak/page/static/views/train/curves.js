// Loss and accuracy over the steps: of each batch, smoothed, and measured after each epoch.

import { short } from "../../parts/colours.js";
import { makeChart } from "../../parts/chart.js";
import { h } from "../../parts/dom.js";
import { smoothed } from "../../parts/scale.js";
import { count, percent, t } from "../../words.js";
import { lastStep } from "./story.js";

/** @typedef {import("./story.js").Story} Story */
/** @typedef {import("../../parts/chart.js").Series} Series */

const CURVE_SPAN = [5, 50]; // batches that a smooth line averages, at least and at most

export function curvesPart() {
  /** @type {Story | null} */
  let told = null;
  const place = (/** @type {number} */ step) => {
    const batches = told?.begin?.batch_count, epoch = batches ? Math.max(1, Math.ceil(step / batches)) : 0;
    return epoch ? t("train.place", { step: count(step), epoch }) : t("train.step", { step: count(step) });
  };
  const loss = makeChart({ words: t("train.loss"), x: t("train.steps"), format: short, place });
  const accuracy = makeChart({ words: t("train.accuracy"), x: t("train.steps"), format: percent, place, top: 1,
    tick: (value) => `${Math.round(100 * value)}%` });
  const element = h("section", { class: "curves", "aria-label": t("train.curves") }, loss.element, accuracy.element);

  function show(/** @type {Story} */ story) {
    told = story;
    const end = lastStep(story);
    loss.show(curveSeries(story, "loss"), end, curveWords(story, "loss", short));
    accuracy.show(curveSeries(story, "accuracy"), end, curveWords(story, "accuracy", percent));
  }
  return {
    element, show,
    close() {
      loss.close();
      accuracy.close();
    },
  };
}

/** @param {Story} story @param {"loss" | "accuracy"} name @returns {Series[]} */
function curveSeries({ steps, epochs, begin }, name) {
  const span = Math.max(CURVE_SPAN[0], Math.min(CURVE_SPAN[1], (begin?.batch_count ?? 0) / 6));
  const series = [
    { look: "raw", words: t("train.batch"), x: steps.step, y: steps[name] },
    { look: "smooth", words: t("train.smooth"), x: steps.step, y: smoothed(steps[name], span) },
    { look: "trained", words: t("train.trained"), x: epochs.step, y: epochs[`train_${name}`], dots: true },
    { look: "tested", words: t("train.tested"), x: epochs.step, y: epochs[`validation_${name}`], dots: true },
  ];
  return series.filter(({ y }) => Array.prototype.some.call(y, Number.isFinite));
}

/** What a curve says, in words. @param {Story} story @param {"loss" | "accuracy"} name
 * @param {(value: number) => string} format */
function curveWords({ steps, epochs, state }, name, format) {
  const values = steps[name];
  if (!values.length) return t(state === "starting" ? "train.beforeFirst" : "train.noCurve");
  const few = Math.min(values.length, 10);
  const mean = (/** @type {number[]} */ part) => part.reduce((sum, value) => sum + value, 0) / part.length;
  const words = t("train.changed", { from: format(mean(values.slice(0, few))), to: format(mean(values.slice(-few))),
    steps: count(steps.step[steps.step.length - 1]) });
  const unseen = epochs[`validation_${name}`], last = unseen[unseen.length - 1];
  return Number.isFinite(last) ? `${words} ${t("train.onTest", { value: format(last) })}` : words;
}
