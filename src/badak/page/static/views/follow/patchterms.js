// Products over a patch: two grids and the grid of their products, channel by channel and cell by cell.

import { strongest } from "../../parts/colours.js";
import { fill, h } from "../../parts/dom.js";
import { numberTable } from "../../parts/number.js";
import { t } from "../../words.js";
import { fourDigits, gridFigure, gridOf, largestTerms, signOf } from "./pieces.js";
import { playerOf } from "./player.js";

/** @typedef {object} PatchSide  one factor
 * @property {ArrayLike<number> & { subarray: Function }} values  (channels, rows, columns)
 * @property {import("../../parts/number.js").NumberLook} look
 * @property {(channel: number) => string} title
 * @property {(channel: number, y: number, x: number) => void} [pick]  follow a number, by where it lies in its layer
 * @property {(k: number, y: number, x: number) => void} [pickCell]  by its place in the grid
 */

/** @typedef {object} PatchTerms
 * @property {number[]} channels @property {number[]} rows @property {number[]} columns  where the grid lies
 * @property {PatchSide} first @property {PatchSide} second
 * @property {ArrayLike<number> & { subarray: Function }} products
 * @property {number} total
 * @property {ArrayLike<number> & { subarray: Function }} [inside]  0 in the padding
 * @property {(channel: number) => void} [showing]  a channel of the grid, by its number in its layer
 */

const PATCH_STEPS = 400; // of more products, a step is a channel
const MOST_CHANNELS = 64;

/** @param {PatchTerms} terms */
export function patchTerms({ channels, rows, columns, first, second, products, total, inside, showing }) {
  const size = rows.length * columns.length, width = columns.length;
  const sums = channels.map((_, k) => sumFrom(products, k * size, size));
  const byCell = products.length <= PATCH_STEPS, count = (byCell ? products.length : channels.length) + 1;
  let shown = sums.reduce((best, sum, k) => (Math.abs(sum) > Math.abs(sums[best]) ? k : best), 0);
  const grids = h("div", { class: "product" }), strip = h("div", { hidden: channels.length === 1 });
  const said = h("p", { class: "running number", role: "status" });
  /** @type {import("../../parts/number.js").NumberTable[]} */
  let tables = [];

  /** @param {PatchSide} side @param {number} k */
  function sideGrid({ values, look, title, pick, pickCell }, k) {
    const chosen = pick ? (/** @type {number} */ i) => pick(channels[k], rows[Math.floor(i / width)], columns[i % width])
      : pickCell ? (/** @type {number} */ i) => pickCell(k, Math.floor(i / width), i % width) : null;
    const padding = pick && inside ? inside.subarray(k * size, (k + 1) * size) : null;
    const grid = gridOf(values.subarray(k * size, (k + 1) * size), width, { label: title(channels[k]), look, inside: padding, pick: chosen });
    if (pick) grid.element.dataset.focus = "patch";
    return grid;
  }

  /** @param {number} k */
  function showChannel(k) {
    shown = k;
    showing?.(channels[k]);
    tables = [sideGrid(first, k), sideGrid(second, k),
      gridOf(products.subarray(k * size, (k + 1) * size), width, { label: t("follow.products"), look: { largest: strongest(products) } })];
    fill(grids, gridFigure(first.title(channels[k]), tables[0]), signOf("×"), gridFigure(second.title(channels[k]), tables[1]), signOf("="),
      gridFigure(t("follow.productsSum", { sum: fourDigits(sums[k]) }), tables[2]));
    if (channels.length > 1) fill(strip, channelSums(sums, channels, k, choose));
  }
  /** @param {number} k */
  function choose(k) {
    showChannel(k);
    player.go(count - 1);
  }
  /** @param {number} step */
  function show(step) {
    const last = step === count - 1, cell = byCell && !last ? step % size : -1;
    const k = last ? shown : byCell ? Math.floor(step / size) : step;
    if (k !== shown) showChannel(k);
    for (const table of tables)
      table.cells.forEach((entry, i) => {
        entry.classList.toggle("lit", i === cell);
        entry.classList.toggle("later", cell >= 0 && i > cell && table === tables[2]);
      });
    const now = k * size + cell, done = fourDigits(sumFrom(products, 0, byCell ? step + 1 : (step + 1) * size));
    said.textContent = last ? t("follow.allTerms", { count: products.length, total: fourDigits(total) })
      : byCell ? t("follow.term", { input: fourDigits(first.values[now]), weight: fourDigits(second.values[now]), product: fourDigits(products[now]), sum: done })
        : t("follow.channelTerm", { channel: channels[k], product: fourDigits(sums[k]), sum: done });
  }
  const player = playerOf(show);
  showChannel(shown);
  player.set(count, count - 1);
  show(count - 1);
  return { element: h("div", { class: "stack" }, grids, strip, player.element, said), close: player.close };
}

/** Each channel's share of the sum; of very many, the strongest.
 * @param {number[]} sums @param {number[]} channels @param {number} chosen @param {(k: number) => void} choose
 */
function channelSums(sums, channels, chosen, choose) {
  const { shown, others, left } = largestTerms(sums, MOST_CHANNELS);
  const order = left ? shown : sums.map((_, k) => k);
  const columns = Math.min(document.documentElement.clientWidth < 520 ? 8 : 16, order.length);
  const table = numberTable(order.map((k) => sums[k]), { columns, label: t("follow.channelSums"), pick: (i) => choose(order[i]) });
  table.cells.forEach((cell, i) => {
    cell.title = t("follow.channelSum", { channel: channels[order[i]], sum: fourDigits(sums[order[i]]) });
    cell.classList.toggle("lit", order[i] === chosen);
  });
  const words = left ? t("follow.channelsLargest", { count: order.length, left, others: fourDigits(others) }) : t("follow.channelSums");
  return gridFigure(words, table);
}

/** @param {ArrayLike<number>} values @param {number} start @param {number} count */
export function sumFrom(values, start, count) {
  let sum = 0;
  for (let i = start; i < Math.min(values.length, start + count); i++) sum += values[i];
  return sum;
}
