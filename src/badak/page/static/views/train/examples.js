// Training images as they are, and below each what augmentation makes of it.

import { button, fill, h } from "../../parts/dom.js";
import { drawInput } from "../../parts/tiles.js";
import { t } from "../../words.js";

/** @typedef {import("../../shell.js").Page} Page */

const EXAMPLES = 6;

/** @param {Page} page */
export function examplesPart(page) {
  const grid = h("div", { class: "examples" }), said = h("p", { class: "hint", role: "status" });
  const again = button(t("train.drawAgain"), () => {
    seed++;
    ask();
  }, { class: "quiet" });
  const element = h("div", { class: "stack" }, grid, h("div", { class: "row" }, again, said));
  let seed = 0, turn = 0, dataset = "", augment = "";

  async function ask() {
    const mine = ++turn;
    if (!grid.childNodes.length) said.textContent = t("train.loading");
    try {
      const { facts, arrays } = await page.engine.ask("examples", { dataset, augment, count: EXAMPLES, seed });
      if (mine !== turn) return;
      const { images, variants, shares } = arrays, rows = variants ? variants.shape[0] : 0;
      again.hidden = !rows;
      said.textContent = rows ? "" : t("train.unchanged");
      fill(grid, rowOf(images, 0, "original", facts, null),
        ...Array.from({ length: rows }, (_, row) => rowOf(variants, row, "varied", facts, shares ?? null)));
    } catch (fault) {
      if (mine !== turn) return;
      fill(grid);
      said.textContent = fault instanceof Error ? fault.message : String(fault);
    }
  }

  return {
    element,
    /** @param {string} name @param {string} names  of transforms @param {boolean} here */
    show(name, names, here) {
      if (name === dataset && names === augment) return;
      [dataset, augment] = [name, names];
      element.hidden = !here;
      if (here) ask();
    },
  };
}

/** @param {import("../../engine.js").Tensor} tensor @param {number} row @param {"original" | "varied"} kind
 * @param {{ labels: number[], classes: string[] }} facts @param {import("../../engine.js").Tensor | null} shares */
function rowOf(tensor, row, kind, { labels, classes }, shares) {
  const shape = tensor.shape.slice(-3), size = shape.reduce((a, b) => a * b, 1), m = labels.length;
  return h("div", { class: `example-row ${kind}` }, ...labels.map((label, place) => {
    const canvas = h("canvas", { class: "pixels", role: "img" }), at = (row * m + place) * size;
    drawInput(canvas, tensor.data.subarray(at, at + size), shape);
    const words = shares ? mixture(shares, row * m + place, classes) : classes[label];
    canvas.setAttribute("aria-label", t(`train.${kind}`, { name: words }));
    return h("figure", null, canvas, (kind === "original" || shares) && h("figcaption", null, words));
  }));
}

/** The classes of a mixed image and their shares. @param {import("../../engine.js").Tensor} shares @param {number} at
 * @param {string[]} classes */
function mixture({ data, shape }, at, classes) {
  const k = shape[shape.length - 1], own = Array.from(data.subarray(at * k, at * k + k), (share, label) => ({ share, label }));
  return own.filter(({ share }) => share > 0.005).sort((a, b) => b.share - a.share)
    .map(({ share, label }) => `${classes[label]}\u00a0${Math.round(100 * share)}%`).join(", ");
}
