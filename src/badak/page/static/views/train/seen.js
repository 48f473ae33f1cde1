// What the network learns to see: filters, and the maps of the image that is watched, as they grow.

import { short, strongest } from "../../parts/colours.js";
import { button, fill, h } from "../../parts/dom.js";
import { drawInput, drawTiles, mapsOf } from "../../parts/tiles.js";
import { count, percent, t } from "../../words.js";
import { watchedPad } from "./pad.js";
import { isActive } from "./story.js";

/** @typedef {import("./story.js").Story} Story */
/** @typedef {import("../../shell.js").Page} Page */

const SEEN_FIRST = 3; // convolutions that are shown at first
const SEEN_CLASSES = 5, MANY_TILES = 32;

/** @param {Page} page */
export function seenPart(page) {
  const image = h("canvas", { class: "input", role: "img" }), guess = h("ol", { class: "guess" });
  const source = h("p", { class: "hint" }), layers = h("div", { class: "grown-layers" }), draws = h("div");
  const body = h("div", { class: "stack" },
    h("div", { class: "watched" }, draws, image, h("div", { class: "answer" }, guess, source)), layers);
  const empty = h("p", { class: "hint" });
  const element = h("section", { class: "seen" }, h("h2", null, t("train.seen")), empty, body);
  let all = false, names = "";
  /** @type {Story | null} */
  let told = null;
  /** @type {Record<string, { filters: HTMLCanvasElement, maps: HTMLCanvasElement, says: HTMLElement }>} */
  const rows = {};

  function show(/** @type {Story} */ story) {
    const { look, begin, detail } = told = story;
    body.hidden = !look;
    empty.hidden = Boolean(look);
    if (!look) empty.textContent = t(detail === "epochs" ? "train.noLookElsewhere" : "train.noLook");
    if (!look) return;
    const { facts, arrays } = look, classes = begin?.classes ?? [];
    if (page.about && begin && !draws.childNodes.length && String(begin.input) === String(page.about.input))
      fill(draws, watchedPad(page, page.about));
    draws.hidden = story.where !== "here" || !isActive(story.state);
    if (arrays.image) drawInput(image, arrays.image.data, arrays.image.shape);
    const chances = arrays.probabilities?.data ?? [];
    const order = Array.from(chances, (_, k) => k).sort((a, b) => chances[b] - chances[a]).slice(0, SEEN_CLASSES);
    fill(guess, ...order.map((k) => h("li", null, h("span", null, classes[k] ?? String(k)),
      h("i", { style: { width: `${(100 * chances[k]).toFixed(1)}%` } }), h("b", null, percent(chances[k])))));
    image.setAttribute("aria-label", t("train.watched", { name: classes[facts.predicted] ?? String(facts.predicted) }));
    source.textContent = sourceWords(story);
    const drawn = facts.layers.filter((layer) => layer.filters || layer.maps);
    build(drawn.map((layer) => layer.name));
    for (const layer of drawn) if (rows[layer.name]) paintLayer(layer, arrays);
  }

  function sourceWords(/** @type {Story} */ story) {
    const [part, number] = page.subject.source.split(":");
    if (story.where !== "here") return t("train.fromFiles", { step: count(story.look?.facts.step ?? 0) });
    if (!fits(story)) return t("train.first");
    return part === "test" ? t("train.sample", { number: Number(number) }) : t("train.yours");
  }

  /** Whether the image looked at in the page can be watched by this training. */
  const fits = (/** @type {Story} */ { begin }) =>
    begin !== null && page.subject.input?.length === begin.input.reduce((a, b) => a * b, 1);

  function build(/** @type {string[]} */ wanted) {
    const shown = all ? wanted : wanted.slice(0, SEEN_FIRST), key = shown.join();
    if (key === names) return;
    names = key;
    for (const name of Object.keys(rows)) delete rows[name];
    fill(layers, ...shown.map((name) => {
      const filters = h("canvas", { role: "img" }), maps = h("canvas", { role: "img" }), says = h("span", { class: "hint" });
      rows[name] = { filters, maps, says };
      return h("div", { class: "grown" }, h("h3", null, name, " ", says),
        h("figure", null, filters, h("figcaption", { class: "hint" }, t("train.filters"))),
        h("figure", null, maps, h("figcaption", { class: "hint" }, t("train.maps"))));
    }), shown.length < wanted.length && button(t("train.moreLayers", { count: wanted.length - shown.length }), () => {
      all = true;
      names = "";
      if (told) show(told);
    }));
  }

  /** @param {import("../../engine.js").LiveLayer} layer @param {Record<string, import("../../engine.js").Tensor>} arrays */
  function paintLayer({ name, shape }, arrays) {
    const { filters, maps, says } = rows[name], weight = arrays[`filters.${name}`], seen = arrays[`maps.${name}`];
    const reaches = [];
    if (weight) {
      const [f, c, kh, kw] = weight.shape; // (F, C, KH, KW): a filter's channels side by side in rows
      paintTiles(filters, weight.data, [f * c, kh, kw], 34);
      filters.setAttribute("aria-label", t("train.filtersOf", { name, count: f }));
      reaches.push(t("train.weightsTo", { value: short(strongest(weight.data)) }));
    }
    if (seen) {
      paintTiles(maps, seen.data, seen.shape, 84);
      maps.setAttribute("aria-label", t("train.mapsOf", { name, count: seen.shape[0], all: shape[0] }));
      reaches.push(t("train.mapsTo", { value: short(strongest(seen.data)) }));
    }
    says.textContent = reaches.join(", ");
    for (const [canvas, there] of /** @type {const} */ ([[filters, weight], [maps, seen]]))
      if (canvas.parentElement) canvas.parentElement.hidden = !there;
  }

  return { element, show, fits };
}

/** @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} values @param {number[]} shape @param {number} wanted */
function paintTiles(canvas, values, shape, wanted) {
  const room = canvas.parentElement?.clientWidth || 300, few = Math.min(MANY_TILES, mapsOf(shape).few);
  const side = Math.max(...shape.slice(1)), inRow = Math.floor((room + 6) / few) - 6;
  if (few <= 8 && inRow > 32) wanted = Math.min(wanted, inRow); // in one row, if they can still be told apart
  if (side < wanted) wanted = side * Math.floor(wanted / side);
  drawTiles(canvas, values, shape, { room, count: few, wanted });
}
