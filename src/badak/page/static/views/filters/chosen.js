// The chosen filter as a sum: what it reads, its cells, what comes out.

import { button, h } from "../../parts/dom.js";
import { short, strongest } from "../../parts/colours.js";
import { drawInput } from "../../parts/tiles.js";
import { roving, rovingStop } from "../../parts/roving.js";
import { count, t } from "../../words.js";
import { cellsPart } from "./cells.js";
import { drawSigned } from "./tile.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../engine.js").FilterLayer} FilterLayer */

const SLICES_SHOWN = 64; // shown at once
const WEIGHTS_TURNED = 10_000; // numbers that one question may change

/** @param {Page} page @param {import("./bench.js").Bench} bench @param {(change: Record<string, string>) => void} choose */
export function chosenPart(page, bench, choose) {
  const title = h("h2", { id: "chosen-title" }), cells = cellsPart(bench, choose);
  const slices = h("div", { class: "filter-slices", role: "group", "aria-label": t("filters.sliceAll") });
  const read = figurePart("read"), out = figurePart("out");
  const many = h("p", { class: "hint" });
  const zero = button(t("filters.zero"), () => bench.turn(bench.at.filter, () => 0), { id: "zero" });
  const flip = button(t("filters.flip"), () => bench.turn(bench.at.filter, (value) => -value), { id: "flip" });
  const reset = button(t("filters.reset"), () => bench.reset(bench.at.filter), { id: "reset", class: "quiet" });
  const bias = h("input", { type: "text", inputmode: "decimal", id: "bias", class: "number", autocomplete: "off" });
  const biasLabel = h("label", { for: "bias" }, t("filters.bias"));
  const biasNow = () => Number(bias.value.replace("−", "-").replace(",", "."));
  bias.addEventListener("input", () => {
    if (bias.value.trim() && Number.isFinite(biasNow())) bench.setBias(bench.at.filter, biasNow());
  });
  bias.addEventListener("blur", () => update());
  roving(slices, () => /** @type {HTMLElement[]} */ ([...slices.children]), (tile) => tile.click());

  function update() {
    const { layer, filter } = bench.at, { weight } = bench.trained;
    title.textContent = t(layer.rows ? "filters.row" : "filters.one", { number: filter, layer: layer.name });
    cells.update();
    drawSlices();
    zero.disabled = flip.disabled = weight.data.length / weight.shape[0] > WEIGHTS_TURNED;
    reset.disabled = !bench.isEdited(filter);
    const value = bench.bias(filter);
    biasLabel.hidden = bias.hidden = value === undefined;
    if (value !== undefined && document.activeElement !== bias) bias.value = String(Number(value.toPrecision(4)));
  }

  function drawSlices() {
    const { layer, filter, slice } = bench.at, [, total, height, width] = layer.shape;
    const first = slice - (slice % SLICES_SHOWN), shown = Math.min(SLICES_SHOWN, total - first);
    slices.hidden = total === 1;
    many.textContent = total > 1 ? t("filters.sumOf", { count: count(total), slice }) : "";
    many.hidden = total === 1;
    if (total === 1) return;
    while (slices.children.length > shown) slices.lastChild?.remove();
    while (slices.children.length < shown) slices.append(h("button", { type: "button", class: "filter-tile" }, h("canvas")));
    const values = bench.edited(filter), tiles = /** @type {HTMLButtonElement[]} */ ([...slices.children]);
    tiles.forEach((tile, i) => {
      const number = first + i, canvas = /** @type {HTMLCanvasElement} */ (tile.firstElementChild);
      drawSigned(canvas, values, number * height * width, height, width, bench.trained.scale);
      tile.onclick = () => choose({ slice: String(number) });
      tile.setAttribute("aria-pressed", String(number === slice));
      tile.setAttribute("aria-label", t("filters.slice", { number }));
      tile.classList.toggle("unconnected", !bench.connected(filter, number));
    });
    rovingStop(tiles, slice - first);
  }

  /** Show what the filter reads and gives. @param {Record<string, Tensor> | null} arrays @param {Float32Array | null} input */
  function show(arrays, input) {
    element.classList.toggle("without", !arrays || !input);
    if (!arrays || !input) return;
    const { layer, filter, slice } = bench.at, channel = inputChannel(layer, filter, slice);
    drawRead(arrays, input, layer, channel);
    const { data, shape } = arrays[layer.name];
    sum.classList.toggle("number", layer.rows);
    times.textContent = layer.rows ? "·" : "∗";
    if (layer.rows) {
      out.say(t("filters.gives", { value: short(data[filter]) }));
      out.canvas.hidden = true;
      return;
    }
    const size = shape[1] * shape[2], map = data.subarray(filter * size, (filter + 1) * size), largest = strongest(map);
    out.canvas.hidden = false;
    drawSigned(out.canvas, map, 0, shape[1], shape[2], largest);
    out.say(t("filters.map", { number: filter, height: shape[1], width: shape[2], largest: short(largest) }));
  }

  /** @param {Record<string, Tensor>} arrays @param {Float32Array} input @param {FilterLayer} layer @param {number} channel */
  function drawRead(arrays, input, layer, channel) {
    const image = layer.source === "", shape = image ? page.about?.input ?? [] : arrays[layer.source].shape;
    const [, height, width] = layer.rows ? layer.shape.slice(1) : shape, size = height * width;
    const map = (image ? input : arrays[layer.source].data).subarray(channel * size, (channel + 1) * size);
    if (image) drawInput(read.canvas, map, [1, height, width]);
    else drawSigned(read.canvas, map, 0, height, width, strongest(map));
    read.say(image && shape[0] === 1 ? t("filters.image", { height, width })
      : t("filters.channel", { source: image ? t("filters.theImage") : layer.source, channel, height, width }));
  }

  const times = h("span", { class: "sign", "aria-hidden": "true" });
  const sum = h("div", { class: "filter-sum" }, read.element,
    times, h("div", { class: "cell-side" }, cells.grid),
    h("span", { class: "sign", "aria-hidden": "true" }, "→"), out.element);
  const element = h("section", { class: "filter-chosen without", "aria-labelledby": "chosen-title" },
    title, slices, many, sum,
    h("div", { class: "cell-tools" }, ...cells.tools, biasLabel, bias),
    h("div", { class: "tools" }, zero, flip, reset),
    h("p", { class: "hint" }, t("filters.keys")));
  return { element, update, show };
}

/** A canvas with words below. @param {string} name */
function figurePart(name) {
  const canvas = h("canvas", { role: "img", id: `filter-${name}` }), words = h("figcaption", { class: "hint" });
  return {
    canvas, element: h("figure", { class: name }, canvas, words),
    /** @param {string} text */
    say(text) {
      words.textContent = text;
      canvas.setAttribute("aria-label", text);
    },
  };
}

/** Which channel of the input a filter's slice reads: filters may be in groups.
 * @param {FilterLayer} layer @param {number} filter @param {number} slice */
export function inputChannel(layer, filter, slice) {
  const [filters, slices] = layer.shape, groups = layer.channels / slices;
  return Math.floor(filter / (filters / groups)) * slices + slice;
}
