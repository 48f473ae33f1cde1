// What follows an edit: the prediction and the maps after it, beside those of the trained network.

import { fill, h } from "../../parts/dom.js";
import { short, strongest } from "../../parts/colours.js";
import { likeliest } from "../../parts/likeliest.js";
import { percent, t } from "../../words.js";
import { drawSigned, nearlySquare } from "./tile.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {{ facts: { probabilities: number[] }, arrays: Record<string, Tensor> }} Forward */

const EFFECT_CLASSES = 10, EFFECT_LAYERS = 5, EFFECT_MAPS = 4;
const EFFECT_SILENT = ["Flatten", "Dropout"]; // their outputs are those of the layer before

/** The layers whose outputs are compared: the edited one, and some from it to the last.
 * @param {Page} page @param {string} name */
export function layersAfter(page, name) {
  const all = page.about?.layers ?? [], begin = all.findIndex((layer) => layer.name === name);
  const after = all.slice(begin + 1, -1).filter(({ kind }) => !EFFECT_SILENT.includes(kind)).map((layer) => layer.name);
  if (after.length <= EFFECT_LAYERS) return [name, ...after];
  const spread = (/** @type {number} */ i) => Math.round((i * (after.length - 1)) / (EFFECT_LAYERS - 1));
  return [name, ...Array.from({ length: EFFECT_LAYERS }, (_, i) => after[spread(i)])];
}

/** @param {Page} page */
export function effectPart(page) {
  const bars = h("ol", { class: "both-bars" }), list = h("div", { class: "changes" });
  const words = h("p", { class: "hint" }), verdict = h("p", { id: "filters-verdict", role: "status" });
  const legend = h("p", { class: "hint" }, h("span", { class: "key was" }), t("filters.was"),
    h("span", { class: "key now" }), t("filters.now"));

  /** @param {Forward | null} before as trained @param {Forward | null} after with the edits @param {string[]} names */
  function show(before, after, names) {
    element.classList.toggle("without", !before);
    if (!before || !after) {
      words.textContent = t("filters.noImage");
      maps.hidden = true;
      return;
    }
    const edited = page.edits.length > 0;
    showBars(before.facts.probabilities, after.facts.probabilities, edited);
    legend.hidden = !edited;
    words.textContent = edited ? "" : t("filters.change");
    maps.hidden = !edited;
    fill(list, edited && names.map((name) => changedMaps(name, before.arrays[name], after.arrays[name])));
  }

  /** @param {number[]} before @param {number[]} after @param {boolean} edited */
  function showBars(before, after, edited) {
    const classes = page.about?.classes ?? [], best = likeliest(after);
    const order = after.map((_, k) => k);
    if (order.length > EFFECT_CLASSES)
      order.sort((a, b) => Math.max(after[b], before[b]) - Math.max(after[a], before[a]));
    verdict.textContent = best < 0 ? t("draw.notFinite") : edited
      ? t("filters.verdictEdited", { name: classes[best], share: percent(after[best]), before: percent(before[best]) })
      : t("filters.verdict", { name: classes[best], share: percent(after[best]) });
    fill(bars, ...order.slice(0, EFFECT_CLASSES).map((k) => {
      const was = h("span", { class: "was" }), now = h("span", { class: "now" });
      [was.style.width, now.style.width] = [`${100 * before[k]}%`, `${100 * after[k]}%`];
      const share = edited ? `${percent(before[k])} → ${percent(after[k])}` : percent(after[k]);
      return h("li", { class: k === best ? "best" : null, title: classes[k] }, h("span", { class: "name" }, classes[k]),
        h("span", { class: "track" }, edited && was, now), h("span", { class: "share number" }, share));
    }));
  }

  const element = h("section", { class: "filter-effect", "aria-labelledby": "effect-title" },
    h("h2", { id: "effect-title" }, t("filters.follows")), verdict, bars, legend, words);
  const maps = h("section", { class: "filter-changes", "aria-labelledby": "changes-title", hidden: true },
    h("h2", { id: "changes-title" }, t("filters.changes")), h("p", { class: "hint" }, t("filters.compare")), list);
  return { element, maps, show };
}

/** A layer's maps that changedMaps most, as trained and now. @param {string} name @param {Tensor} before @param {Tensor} after */
function changedMaps(name, before, after) {
  const flat = before.shape.length < 3, [channels, height, width] = flat ? [1, ...nearlySquare(before.data.length)] : before.shape;
  const size = flat ? before.data.length : height * width, changes = changesOf(before.data, after.data, channels, size);
  const whole = distanceOf(before.data, after.data), length = lengthOf(before.data);
  const most = changes.filter(({ change }) => change > 0).slice(0, EFFECT_MAPS);
  const largest = Math.max(...most.map(({ channel }) => Math.max(
    strongest(before.data.subarray(channel * size, (channel + 1) * size)),
    strongest(after.data.subarray(channel * size, (channel + 1) * size)))), 0);
  const said = whole === 0 ? t("filters.same") : t("filters.changed", { share: percent(length ? whole / length : 1), largest: short(largest) });
  return h("div", { class: "changed" }, h("h3", null, name), h("p", { class: "hint" }, said),
    most.length > 0 && h("ul", { class: "pairs" }, ...most.map(({ channel }) => {
      const both = [before, after].map(({ data }, i) => {
        const canvas = h("canvas", { role: "img", "aria-label": t(i ? "filters.mapNow" : "filters.mapWas", { name, channel }) });
        const values = flat ? filledUp(data, height * width) : data.subarray(channel * size, (channel + 1) * size);
        drawSigned(canvas, values, 0, height, width, largest);
        return canvas;
      });
      return h("li", null, h("span", { class: "pair" }, ...both), !flat && h("small", null, String(channel)));
    })));
}

/** How much each channel changedMaps, the most first.
 * @param {ArrayLike<number>} before @param {ArrayLike<number>} after @param {number} channels @param {number} size */
function changesOf(before, after, channels, size) {
  const changes = Array.from({ length: channels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * size; i < (channel + 1) * size; i++) sum += (after[i] - before[i]) ** 2;
    return { channel, change: sum };
  });
  return changes.sort((a, b) => b.change - a.change);
}

/** @param {ArrayLike<number>} values @param {number} length */
function filledUp(values, length) {
  const filled = new Float32Array(length);
  filled.set(values);
  return filled;
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function distanceOf(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

/** @param {ArrayLike<number>} values */
function lengthOf(values) {
  return distanceOf(values, new Float32Array(values.length));
}
