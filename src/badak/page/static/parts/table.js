// A table that is sorted by a click on a column's name, and searched if it is long.

import { button, fill, h } from "./dom.js";
import { count, t } from "../words.js";

const ROWS_SHOWN = 50, ROWS_SEARCHED = 16; // rows at first; a table of more than these can be searched

/** @template Row @typedef {object} Column
 * @property {string} key  in the link
 * @property {string} words  its name; a column without one is not sorted
 * @property {(row: Row) => number | string | null} value  what it is sorted by; null comes last
 * @property {(row: Row) => import("./dom.js").Child | import("./dom.js").Child[]} show
 * @property {boolean=} number  set to the right, and sorted from the largest down at first
 */

/** @template Row
 * @param {object} given
 * @param {string} given.caption  read aloud
 * @param {Column<Row>[]} given.columns  the first names the row
 * @param {Row[]} given.rows
 * @param {string} given.sort  a column's key, "-" before it from the largest down; "" as the rows came
 * @param {(sort: string) => void} given.sorted  the reader sorted it
 * @param {string=} given.search  what the search field is called
 */
export function sortedTable({ caption, columns, rows, sort, sorted, search }) {
  let sought = "", limit = ROWS_SHOWN;
  const head = h("thead"), body = h("tbody"), more = h("div", { class: "tools" });

  /** @param {Column<Row>} column */
  function heading(column) {
    if (!column.words) return h("td");
    const [down, key] = sort.startsWith("-") ? [true, sort.slice(1)] : [false, sort];
    const on = key === column.key, order = on ? (down ? "descending" : "ascending") : "none";
    return h("th", { scope: "col", class: column.number ? "number" : null, "aria-sort": order, "data-key": column.key },
      button(column.words, () => {
        const first = column.number ? `-${column.key}` : column.key;
        const second = column.number ? column.key : `-${column.key}`;
        sort = sort === first ? second : first;
        sorted(sort);
        draw();
        /** @type {HTMLElement | undefined} */ (head.querySelectorAll("button")[columns.indexOf(column)])?.focus();
      }, { class: "quiet" }));
  }

  function ordered() {
    const wanted = sought.toLowerCase();
    const found = wanted ? rows.filter((row) => String(columns[0].value(row)).toLowerCase().includes(wanted)) : [...rows];
    const key = sort.replace(/^-/, ""), sign = sort.startsWith("-") ? -1 : 1;
    const column = columns.find((entry) => entry.key === key);
    if (!column) return found;
    return found.sort((a, b) => {
      const one = column.value(a), two = column.value(b);
      if (one === null || two === null) return Number(one === null) - Number(two === null);
      if (typeof one === "string" || typeof two === "string")
        return sign * String(one).localeCompare(String(two), undefined, { numeric: true });
      return sign * (one - two);
    });
  }

  function draw() {
    const found = ordered(), shown = found.slice(0, limit);
    fill(head, h("tr", null, ...columns.map(heading)));
    fill(body, ...shown.map((row) => h("tr", null, ...columns.map((column, place) =>
      h(place ? "td" : "th", { scope: place ? null : "row", class: column.number ? "number" : null, "data-key": column.key, "data-words": column.words }, column.show(row))))));
    fill(more,
      found.length > shown.length && button(t("table.more", { count: count(found.length - shown.length) }), () => {
        limit += 4 * ROWS_SHOWN;
        draw();
      }),
      !found.length && h("p", { class: "hint" }, t("table.none", { words: sought })));
  }

  const field = h("input", { type: "text", class: "search", "aria-label": search ?? "", placeholder: search ?? "" });
  field.addEventListener("input", () => {
    sought = field.value;
    limit = ROWS_SHOWN;
    draw();
  });
  draw();
  return h("div", { class: "sorted" }, rows.length > ROWS_SEARCHED && search && field,
    h("table", null, h("caption", { class: "aloud" }, caption), head, body), more);
}
