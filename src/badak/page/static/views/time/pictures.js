// A layer's filters and its maps of three images, at one moment.

import { fill, h } from "../../parts/dom.js";
import { drawInput } from "../../parts/tiles.js";
import { t } from "../../words.js";
import { drawColours, drawSigned } from "../filters/tile.js";

/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("./moments.js").Moments} Moments */
/** @typedef {import("./moments.js").Large} Large */

/** Whether a layer's filters see red, green and blue: the first layer's of colour images.
 * @param {Moments} moments @param {string} layer */
export function seesColours({ facts, arrays }, layer) {
  return layer === facts.layers[0] && arrays.images.shape[1] === 3;
}

/** @param {Moments} moments */
export function filterTiles(moments) {
  const element = h("div", { class: "time-filters", role: "img" });
  /** @type {HTMLCanvasElement[]} */
  let canvases = [];

  /** @param {Large} large @param {string} layer @param {number} step */
  function update(large, layer, step) {
    const { data, shape } = large[`filters.${layer}`], [filters, channels, height, width] = shape;
    const scale = moments.facts.scales[`filters.${layer}`], size = channels * height * width;
    if (canvases.length !== filters) {
      canvases = Array.from({ length: filters }, () => h("canvas"));
      fill(element, ...canvases);
    }
    const colour = channels === 3 && seesColours(moments, layer);
    canvases.forEach((canvas, f) => {
      const own = data.subarray(f * size, (f + 1) * size);
      if (colour) drawColours(canvas, own, height, width, scale);
      else drawSigned(canvas, own, 0, height, width, scale);
    });
    element.classList.toggle("large", Math.max(height, width) > 7);
    element.setAttribute("aria-label", t("time.filtersAt", { layer, step, count: filters }));
  }

  return { element, update };
}

/** @param {Moments} moments */
export function mapTiles(moments) {
  const { images } = moments.arrays, { labels, classes } = moments.facts, size = images.data.length / images.shape[0];
  const rows = labels.map((label, i) => {
    const image = h("canvas", { class: "pixels", role: "img", "aria-label": classes[label] ?? String(label) });
    drawInput(image, images.data.subarray(i * size, (i + 1) * size), images.shape.slice(1), images.data instanceof Uint8Array ? 255 : 1);
    const maps = h("span", { class: "time-maps", role: "img" });
    return { row: h("div", { class: "time-row" }, image, maps), maps, label };
  });
  const element = h("div", { class: "stack" }, ...rows.map(({ row }) => row));

  /** @param {Large} large @param {string} layer @param {number} step */
  function update(large, layer, step) {
    const { data, shape } = large[`maps.${layer}`], [, channels, height, width] = shape;
    const scale = moments.facts.scales[`maps.${layer}`];
    rows.forEach(({ maps, label }, i) => {
      if (maps.childElementCount !== channels) fill(maps, ...Array.from({ length: channels }, () => h("canvas")));
      [...maps.children].forEach((canvas, c) =>
        drawSigned(/** @type {HTMLCanvasElement} */ (canvas), data, (i * channels + c) * height * width, height, width, scale));
      maps.setAttribute("aria-label", t("time.mapsAt", { layer, step, count: channels, name: classes[label] ?? label }));
    });
  }

  return { element, update };
}
