// Products with the numbers of a flat layer: the largest as rows, all of them as the maps they come from.

import { strongest } from "../../parts/colours.js";
import { button, h } from "../../parts/dom.js";
import { cellAt, drawTiles } from "../../parts/tiles.js";
import { t } from "../../words.js";
import { alike, figureOf, fourDigits, largestTerms, mapsBefore, placeText } from "./pieces.js";
import { playerOf } from "./player.js";

/** @typedef {import("./pieces.js").Walk} Walk */

/** @typedef {object} FlatTerms
 * @property {string} layer  whose numbers they are
 * @property {ArrayLike<number>} units  which of them
 * @property {ArrayLike<number>} products
 * @property {number} total
 * @property {{ head: string, values: ArrayLike<number> }[]} columns  the factors
 * @property {string} product  what their product is called
 */

const MOST_TERMS = 12;

/** @param {Walk} walk @param {FlatTerms} terms */
export function flatTerms(walk, { layer, units, products, total, columns, product }) {
  const { shown, others, left } = largestTerms(products, MOST_TERMS), largest = strongest(products);
  const said = h("p", { class: "running number", role: "status" }), count = shown.length + (left ? 1 : 0) + 1;
  const rows = shown.map((i) => {
    const place = { layer, index: [units[i]] };
    return termRow(button(placeText(place), () => walk.go(place), { class: "chip place" }),
      [...columns.map(({ values }) => alike(values, values[i])), alike(products, products[i])], products[i], largest);
  });
  if (left) rows.push(termRow(t("follow.others", { left }), [...columns.map(() => ""), alike(products, others)], 0, largest));

  /** @param {number} step */
  function show(step) {
    const last = step === count - 1;
    let sum = 0;
    rows.forEach((row, i) => {
      if (i <= step) sum += i < shown.length ? products[shown[i]] : others;
      row.classList.toggle("later", i > step);
      row.classList.toggle("lit", i === step && !last);
    });
    said.textContent = last ? t("follow.allTerms", { count: products.length, total: fourDigits(total) }) : t("follow.sumSoFar", { sum: fourDigits(sum) });
  }
  const player = playerOf(show);
  player.set(count, count - 1);
  show(count - 1);
  const head = [t("follow.head.from"), ...columns.map((column) => column.head), product].map((name) => h("th", { scope: "col" }, name));
  const table = h("table", { class: "terms number" },
    h("caption", null, left ? t("follow.largest", { shown: shown.length, count: products.length }) : t("follow.terms")),
    h("thead", null, h("tr", null, ...head, h("td"))), h("tbody", null, ...rows));
  return { element: h("div", { class: "stack" }, productMaps(walk, layer, products), table, player.element, said), close: player.close };
}

/** @param {Node | string} name @param {string[]} numbers @param {number} value @param {number} largest */
function termRow(name, numbers, value, largest) {
  return h("tr", null, h("th", { scope: "row" }, name), ...numbers.map((number) => h("td", null, number)), h("td", { class: "bar" }, termBar(value, largest)));
}

/** A value as a bar. @param {number} value @param {number} largest */
export function termBar(value, largest) {
  const share = largest ? Math.min(1, Math.abs(value) / largest) : 0;
  return h("span", { class: `term-bar ${value < 0 ? "minus" : "plus"}`, style: { width: `${100 * share}%` } });
}

/** Products with a flattened layer, as the maps it was made of. @param {Walk} walk @param {string} layer
 * @param {ArrayLike<number>} products
 */
function productMaps(walk, layer, products) {
  const shape = mapsBefore(walk.about, layer);
  if (!shape || shape[0] * shape[1] * shape[2] !== products.length || shape[1] * shape[2] === 1) return null;
  const canvas = h("canvas", { class: "plane chosen", role: "img", "aria-label": t("follow.productMaps") });
  const tiles = drawTiles(canvas, products, shape, { room: Math.min(760, walk.room), count: shape[0], wanted: 48 });
  canvas.addEventListener("click", (event) => {
    const cell = cellAt(tiles, canvas, event);
    if (cell) walk.go({ layer, index: [(cell.channel * shape[1] + cell.y) * shape[2] + cell.x] });
  });
  return figureOf(t("follow.productMaps"), canvas);
}
