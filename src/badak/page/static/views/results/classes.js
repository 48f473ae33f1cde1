// The table of the classes: precision, recall with its interval, F1, and how many images there are.

import { button, h } from "../../parts/dom.js";
import { sortedTable } from "../../parts/table.js";
import { count, percent, t } from "../../words.js";

/** @typedef {{ k: number, name: string, images: number, right: number, precision: number, recall: number, f1: number,
 *   low: number, high: number }} ClassRow */

/** @param {import("../../engine.js").Results} facts @param {Record<string, import("../../engine.js").Tensor>} arrays
 * @param {string} sort @param {(sort: string) => void} sorted @param {(k: number) => void} choose
 */
export function classesPart(facts, arrays, sort, sorted, choose) {
  /** @type {ClassRow[]} */
  const rows = facts.classes.map((name, k) => ({ k, name, images: arrays.support.data[k], right: arrays.right.data[k],
    precision: arrays.precision.data[k], recall: arrays.recall.data[k], f1: arrays.f1.data[k],
    low: arrays.low.data[k], high: arrays.high.data[k] }));

  // The axis of the intervals begins where the lowest does.
  const from = Math.floor(10 * Math.min(...rows.filter(({ images }) => images).map(({ low }) => low))) / 10;
  const share = (/** @type {"precision" | "recall" | "f1"} */ key) => ({
    key, words: t(`results.${key}`), number: true,
    value: (/** @type {ClassRow} */ row) => (row.images ? row[key] : null),
    show: (/** @type {ClassRow} */ row) => (row.images ? percent(row[key]) : "–"),
  });
  return h("section", { "aria-labelledby": "classes-title" },
    h("h2", { id: "classes-title" }, t("results.classes")),
    h("p", { class: "hint" }, t("results.classesHow")),
    sortedTable({
      caption: t("results.classes"), rows, sort, sorted, search: t("results.searchClass"),
      columns: [
        { key: "class", words: t("results.class"), value: (row) => row.name,
          show: (row) => button(row.name, () => choose(row.k), { class: "quiet name", title: t("results.row", { name: row.name }) }) },
        { key: "images", words: t("results.images"), number: true, value: (row) => row.images, show: (row) => count(row.images) },
        { key: "right", words: t("results.right"), number: true, value: (row) => row.right, show: (row) => count(row.right) },
        { ...share("recall"), show: (row) => (row.images ? [percent(row.recall), h("small", { class: "narrow" }, t("results.from", {
          low: percent(row.low), high: percent(row.high) }))] : "–") },
        { key: "interval", words: t("results.intervalFrom", { from: 100 * from }), value: (row) => (row.images ? row.high - row.low : null), show: (row) => intervalOf(row, from) },
        share("precision"), share("f1"),
      ],
    }));
}

/** The recall in its interval, on a line up to 1. @param {ClassRow} row @param {number} from */
function intervalOf(row, from) {
  const along = (/** @type {number} */ share) => `${(100 * share) / (1 - from)}%`;
  if (!row.images) return "–";
  const band = h("span", { class: "band" }), point = h("span", { class: "point" });
  band.style.left = along(row.low - from);
  band.style.width = along(row.high - row.low);
  point.style.left = along(row.recall - from);
  const words = t("results.between", { low: percent(row.low), high: percent(row.high) });
  return h("span", { class: "interval", role: "img", "aria-label": words, title: words }, band, point);
}
