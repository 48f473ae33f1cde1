// Whether a training is healthy: activations, gradients and weights per layer, dead units, updates.

import { short } from "../../parts/colours.js";
import { makeChart } from "../../parts/chart.js";
import { fill, h, tick } from "../../parts/dom.js";
import { drawStrip } from "../../parts/strip.js";
import { count, percent, t } from "../../words.js";

/** @typedef {import("./story.js").Story} Story */
/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {"activations" | "gradients" | "weights"} Kind */

const KINDS = /** @type {Kind[]} */ (["activations", "gradients", "weights"]);
const GOOD_RATIO = /** @type {[number, number]} */ ([1e-4, 1e-2]);
const MANY_DEAD = 0.4;
const FEW_ROWS = 8, RATIO_LINES = 6; // of a deep network, as many layers from first to last

/** @param {Page} page */
export function healthPart(page) {
  const rows = h("div", { class: "strips" }), deadRows = h("ul", { class: "dead" });
  const dead = h("div", { class: "stack" }, h("h3", null, t("train.dead")), h("p", { class: "hint" }, t("train.deadGood")), deadRows);
  const ratios = makeChart({ words: t("train.ratio"), x: t("train.steps"), log: true, format: short, band: GOOD_RATIO,
    place: (step) => t("train.step", { step: count(step) }) });
  const updates = h("div", { class: "stack" }, ratios.element, h("p", { class: "hint" }, t("train.ratioGood")));
  const more = tick(t("train.allLayers"), page.state.all === "1", (on) => {
    page.setState({ all: on ? "1" : "" });
    names = "";
    if (told) show(told);
  });
  const body = h("div", { class: "stack" }, more, rows, h("div", { class: "halves" }, updates, dead));
  const empty = h("p", { class: "hint" }, t("train.noHealth"));
  const element = h("section", { class: "health" }, h("h2", null, t("train.health")), empty, body);
  /** @type {Story | null} */
  let told = null;
  let names = "";
  /** @type {{ canvas: HTMLCanvasElement, scale: HTMLElement, key: string, words: string }[]} */
  let strips = [];

  function show(/** @type {Story} */ story) {
    told = story;
    body.hidden = !story.look;
    empty.hidden = Boolean(story.look);
    if (!story.look) return;
    const { layers, parameters } = story.look.facts, weightOf = new Map();
    for (const { layer, name } of parameters) if (name.endsWith("weight") || !weightOf.has(layer)) weightOf.set(layer, name);
    const main = spread(layers.filter(({ name, kind }) => weightOf.has(name) && !kind.includes("Norm")), FEW_ROWS);
    const measured = layers.some(({ name }) => story.histograms[`activations.${name}`]); // snapshots hold no histograms
    for (const part of [rows, more]) part.hidden = !measured;
    build((page.state.all === "1" ? layers : main).map(({ name }) => name), weightOf);
    for (const { canvas, scale, key, words } of strips) {
      const history = story.histograms[key] ?? [], reach = drawStrip(canvas, history);
      scale.textContent = reach ? `±${short(reach)}` : "";
      canvas.setAttribute("aria-label", stripWords(words, history));
    }
    showDead(layers);
    showRatios(story, spread(main, RATIO_LINES).flatMap(({ name }) => weightOf.get(name)));
  }

  /** @param {Story} story @param {string[]} names */
  function showRatios({ ratios: known, step: end }, names) {
    const lines = names.filter((name) => known[name]?.step.length);
    updates.hidden = !lines.some((name) => known[name].step.length > 1);
    ratios.show(lines.map((name, place) => ({ look: `line${place}`, words: name, x: known[name].step, y: known[name].ratio })), end,
      lines.map((name) => {
        const last = known[name].ratio[known[name].ratio.length - 1];
        return `${name} ${short(last)} (${t(`train.${judged(last)}`)})`;
      }).join(", "));
  }

  /** @param {string[]} shown @param {Map<string, string>} weightOf */
  function build(shown, weightOf) {
    if (shown.join() === names) return;
    names = shown.join();
    strips = [];
    fill(rows, h("div", { class: "heads" }, h("span"), ...KINDS.map((kind) =>
      h("div", null, h("h3", null, t(`train.${kind}`)), h("p", { class: "hint" }, t(`train.${kind}Good`))))),
    ...shown.map((name) => h("div", { class: "strip-row" }, h("b", null, ...name.split(/(?<=\.)/).flatMap((part) => [part, h("wbr")])), ...KINDS.map((kind) => {
      const of = kind === "weights" ? weightOf.get(name) : name;
      if (!of) return h("div");
      const canvas = h("canvas", { class: "strip", role: "img" }), scale = h("span", { class: "hint number" });
      strips.push({ canvas, scale, key: `${kind}.${of}`, words: t("train.stripOf", { kind: t(`train.${kind}`), name: of }) });
      return h("div", { class: "of" }, h("span", { class: "hint kind" }, t(`train.${kind}`)), canvas, scale);
    }))));
  }

  /** @param {import("../../engine.js").LiveLayer[]} layers */
  function showDead(layers) {
    const known = layers.filter((layer) => layer.dead !== null);
    dead.hidden = !known.length;
    fill(deadRows, ...known.map(({ name, dead: share }) => h("li", { class: (share ?? 0) > MANY_DEAD ? "many" : "" },
      h("span", null, name), h("i", { style: { width: `${(100 * (share ?? 0)).toFixed(1)}%` } }), h("b", { class: "number" }, percent(share ?? 0)))));
  }

  return { element, show, close: () => ratios.close() };
}

/** At most so many, from the first to the last. @template T @param {T[]} all @param {number} most */
function spread(all, most) {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, place) => all[Math.round((place * (all.length - 1)) / (most - 1))]);
}

/** @param {number} ratio */
function judged(ratio) {
  if (ratio >= GOOD_RATIO[0] && ratio <= GOOD_RATIO[1]) return "fine";
  return ratio < GOOD_RATIO[0] ? "slow" : "fast";
}

/** The middle half of the last column, in words. @param {string} words @param {import("../../parts/strip.js").Histogram[]} history */
function stripWords(words, history) {
  const last = history[history.length - 1];
  if (!last) return words;
  let total = 0;
  for (let bin = 0; bin < last.counts.length; bin++) total += last.counts[bin];
  const at = (/** @type {number} */ share) => {
    let sum = 0, bin = 0;
    while (bin < last.counts.length - 1 && (sum += last.counts[bin]) < share * total) bin++;
    return last.reach * ((2 * (bin + 0.5)) / last.counts.length - 1);
  };
  return t("train.half", { words, low: short(at(0.25)), high: short(at(0.75)) });
}
