// A layer's filters side by side, on one scale; one of them is chosen.

import { button, choice, fill, h } from "../../parts/dom.js";
import { short } from "../../parts/colours.js";
import { roving, rovingStop } from "../../parts/roving.js";
import { count, t } from "../../words.js";
import { FILTERS_A_PAGE } from "./bench.js";
import { drawColours, drawSigned } from "./tile.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").FilterLayer} FilterLayer */

/** @param {Page} page @param {import("./bench.js").Bench} bench
 * @param {(change: Record<string, string>, step?: boolean) => void} choose  what the view looks at */
export function overviewPart(page, bench, choose) {
  const head = h("div", { class: "bar" }), words = h("p", { class: "hint" }), legend = h("p", { class: "hint" });
  const grid = h("div", { class: "filter-tiles", role: "group", "aria-label": t("filters.all") });
  const range = h("span", { class: "hint" });
  const earlier = button(t("filters.before"), () => turn(-FILTERS_A_PAGE)), later = button(t("filters.after"), () => turn(FILTERS_A_PAGE));
  const pages = h("div", { class: "tools" }, earlier, later, range);
  /** @type {{ tile: HTMLButtonElement, canvas: HTMLCanvasElement, filter: number }[]} */
  let tiles = [];
  roving(grid, () => tiles.map(({ tile }) => tile), (tile) => tile.click());

  /** @param {number} filters on */
  function turn(filters) {
    choose({ filter: String(bench.trained.start + filters) });
  }

  /** The list of layers is made once: it keeps the keyboard's focus. */
  function buildLayers() {
    const choices = bench.layers.map((each) => ({ value: each.name, words: layerWords(each) }));
    fill(head, choice(t("filters.layer"), choices, bench.trained.layer.name,
      (name) => choose({ layer: name, filter: "", slice: "", y: "", x: "" }, true)));
  }

  function build() {
    const { layer, start } = bench.trained, [filters, , height, width] = layer.shape;
    if (!head.childElementCount) buildLayers();
    const list = head.querySelector("select");
    if (list) list.value = layer.name;
    tiles = Array.from({ length: bench.count }, (_, i) => {
      const canvas = h("canvas", { width: 1, height: 1, "aria-hidden": "true" }), filter = start + i;
      const tile = h("button", { type: "button", class: "filter-tile", id: `filter-${filter}` }, canvas, h("span", null, String(filter)));
      tile.addEventListener("click", () => choose({ filter: String(filter) }));
      return { tile, canvas, filter };
    });
    fill(grid, ...tiles.map(({ tile }) => tile));
    grid.classList.toggle("wide", Math.max(height, width) > 11);
    const last = start + bench.count - 1;
    pages.hidden = filters <= FILTERS_A_PAGE;
    [earlier.disabled, later.disabled] = [start === 0, last === filters - 1];
    range.textContent = t("filters.some", { first: start, last, count: count(filters) });
  }

  function update() {
    if (built !== bench.loaded) build();
    built = bench.loaded;
    const { layer, scale, start } = bench.trained, { filter, slice } = bench.at;
    const [, slices, height, width] = layer.shape, colour = isColour(page, layer);
    words.textContent = layer.rows ? t("filters.rows") : slices > 1 && !colour
      ? t("filters.slices", { count: slices, slice }) : "";
    words.hidden = !words.textContent;
    fill(legend, colour ? t("filters.coloured", { scale: short(scale) })
      : [h("span", { class: "key minus" }), t("filters.below"), h("span", { class: "key plus" }),
        t("filters.above", { scale: short(scale) })]);
    for (const each of tiles) {
      const cells = bench.edited(each.filter), edited = bench.isEdited(each.filter);
      if (colour) drawColours(each.canvas, cells, height, width, scale);
      else drawSigned(each.canvas, cells, slice * height * width, height, width, scale);
      each.tile.setAttribute("aria-pressed", String(each.filter === filter));
      each.tile.setAttribute("aria-label", t(edited ? "filters.numberEdited" : "filters.number", { number: each.filter }));
      each.tile.classList.toggle("edited", edited);
    }
    rovingStop(tiles.map(({ tile }) => tile), filter - start);
  }

  /** @type {unknown} */
  let built = null;
  const element = h("section", { class: "filter-overview", "aria-labelledby": "filters-title" },
    h("h2", { id: "filters-title" }, t("filters.title")), head, grid, pages, legend, words);
  return { element, update };
}

/** @param {FilterLayer} layer */
function layerWords({ name, shape, rows }) {
  const [filters, slices, height, width] = shape;
  return t(rows ? "filters.layerRows" : "filters.layerFilters", { name, count: count(filters), shape: `${slices}×${height}×${width}` });
}

/** Whether a layer's filters are looked at in colour: they see red, green and blue.
 * @param {Page} page @param {FilterLayer} layer */
function isColour(page, layer) {
  return layer.source === "" && layer.shape[1] === 3 && page.about?.input[0] === 3;
}
