// The same number as im2col computes it: each patch a column, each filter a row, their product a matrix.

import { strongest } from "../../parts/colours.js";
import { fill, h } from "../../parts/dom.js";
import { drawNumbers } from "../../parts/number.js";
import { t } from "../../words.js";
import { figureOf, fourDigits, gridFigure, gridOf, layerTitle, lookOf, mapOf, placeText, resultOf, signOf } from "./pieces.js";
import { playerOf } from "./player.js";
import { sumFrom } from "./patchterms.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {import("../../engine.js").Tensor} Tensor */

const COLUMNS_HIGH = 260, COLUMNS_WIDE = 720, COLUMNS_GAP = 20, COLUMNS_LARGEST = 14, COLUMNS_SMALLEST = 2; // CSS pixels
const MOST_ENTRIES = 400; // of a longer column, a step is a channel

/** @param {Walk} walk @param {string} source  the layer that is read @param {any} facts
 * @param {Record<string, Tensor>} arrays @returns {Drawn}
 */
export function columnsOf(walk, source, facts, arrays) {
  const entries = arrays.patch.data.length, pixels = arrays.pixels.data;
  const kernel = kernelOf(pixels), size = kernel.rows * kernel.columns;
  const stride = entries <= MOST_ENTRIES ? 1 : size, count = Math.ceil(entries / stride) + 1;
  const [columnCount, rowCount] = [arrays.matrix.shape[1], arrays.filters.shape[0]];
  const cell = cellSize(entries, columnCount, rowCount, walk.room);
  const [matrix, filters, product] = [0, 1, 2].map(() => h("canvas", { class: "plane chosen" }));
  const said = h("p", { class: "running number", role: "status" }), patch = h("div", { class: "product" });
  const column = facts.column - facts.first_column, row = facts.row - facts.first_row;
  const [rows, columns] = [rowsOf(pixels, kernel), columnsOfPatch(pixels, kernel)];
  let channel = -1;
  /** @type {import("../../parts/number.js").NumberTable[]} */
  let tables = [];
  const input = mapOf(walk, source, pixels[0], { rows, columns, margin: Math.max(1, -rows[0], -columns[0]) }, walk.go);

  /** @param {number} k */
  function showChannel(k) {
    if (k === channel) return;
    channel = k;
    input?.show({ channel: pixels[3 * k * size] });
    const inside = Uint8Array.from({ length: size }, (_, i) => (isInside(walk, source, pixels, k * size + i) ? 1 : 0));
    const part = (/** @type {string} */ name) => arrays[name].data.subarray(k * size, (k + 1) * size);
    const name = { layer: layerTitle(source), channel: pixels[3 * k * size] };
    tables = [
      gridOf(part("patch"), kernel.columns, { label: t("follow.patch", name), look: lookOf(walk, source), inside,
        pick: (i) => walk.go({ layer: source, index: Array.from(pixels.subarray(3 * (k * size + i), 3 * (k * size + i) + 3)) }) }),
      gridOf(part("filter"), kernel.columns, { label: t("follow.filter", { filter: facts.index[0] }), look: { largest: strongest(arrays.filter.data) } }),
    ];
    fill(patch, gridFigure(t("follow.patch", name), tables[0]), signOf("•"), gridFigure(t("follow.filter", { filter: facts.index[0] }), tables[1]));
  }

  /** @param {number} step */
  function show(step) {
    const last = step === count - 1, from = last ? 0 : step * stride, span = last ? entries : stride;
    showChannel(!last ? Math.floor(from / size) : channel < 0 ? strongestPart(arrays.products.data, size) : channel);
    for (const table of tables) table.cells.forEach((entry, i) => entry.classList.toggle("lit", !last && stride === 1 && channel * size + i === from));
    const look = { largest: strongest(arrays.filters.data) };
    drawNumbers(matrix, arrays.matrix.data, columnCount, { cell: [cell.across, cell.deep], look: lookOf(walk, source), label: t("follow.columns.matrixLabel", facts),
      boxes: [{ row: 0, column, rows: entries, columns: 1 }, ...(last ? [] : [{ row: from, column, rows: span, columns: 1 }])] });
    drawNumbers(filters, arrays.filters.data, entries, { cell: [cell.deep, cell.down], look, label: t("follow.columns.filtersLabel", facts),
      boxes: [{ row, column: 0, rows: 1, columns: entries }, ...(last ? [] : [{ row, column: from, rows: 1, columns: span }])] });
    const sum = sumFrom(arrays.products.data, 0, last ? entries : from + span);
    said.textContent = last ? t("follow.columns.whole", { count: entries, total: fourDigits(facts.total), row: facts.row, column: facts.column })
      : stride === 1 ? t("follow.columns.entry", { entry: from, input: fourDigits(arrays.patch.data[from]), weight: fourDigits(arrays.filter.data[from]), product: fourDigits(arrays.products.data[from]), sum: fourDigits(sum) })
        : t("follow.columns.channel", { channel: pixels[3 * from], sum: fourDigits(sum) });
  }
  drawNumbers(product, arrays.product.data, columnCount, { cell: [cell.across, cell.down], label: t("follow.columns.productLabel", facts),
    boxes: [{ row, column, rows: 1, columns: 1 }], guides: { row, column } });
  chooseCells(walk, facts, { matrix, filters, product }, [columnCount, rowCount]);
  const player = playerOf(show);
  player.set(count, count - 1);
  show(count - 1);
  const excerpt = columnCount < facts.matrix[1] || rowCount < facts.filters[0];
  const element = h("div", { class: "stack" },
    h("p", { class: "hint" }, t("follow.columns.hint")),
    h("div", { class: "planes" }, input && figureOf(layerTitle(source), input.element), patch),
    h("div", { class: "multiplied" },
      h("div", null),
      figureOf(t("follow.columns.matrix"), matrix), figureOf(t("follow.columns.filters"), filters), figureOf(t("follow.columns.product"), product)),
    h("p", { class: "hint number" }, t("follow.columns.shapes", { filters: facts.filters.join("×"), matrix: facts.matrix.join("×"), product: `${facts.filters[0]}×${facts.matrix[1]}` }),
      excerpt && " ", excerpt && t("follow.columns.excerpt", { columns: spanWords(facts.first_column, columnCount), all: facts.matrix[1], rows: spanWords(facts.first_row, rowCount), filters: facts.filters[0] })),
    player.element, said, equation(facts), resultOf(placeText(facts), facts.value));
  return { element, close: player.close };
}

/** The channel whose products add up to most. @param {ArrayLike<number>} products @param {number} size */
function strongestPart(products, size) {
  const sums = Array.from({ length: products.length / size }, (_, k) => Math.abs(sumFrom(products, k * size, size)));
  return sums.indexOf(Math.max(...sums));
}

/** @param {number} first @param {number} count */
function spanWords(first, count) {
  return `${first}–${first + count - 1}`;
}

/** @param {any} facts */
function equation(facts) {
  return h("p", { class: "worked number" },
    h("span", { class: "quietly" }, `product[${facts.row}, ${facts.column}] + bias`),
    h("b", { class: "cell-value", dataset: { value: String(facts.total) } }, `${fourDigits(facts.total)} + ${fourDigits(facts.bias)} = ${fourDigits(facts.value)}`));
}

/** How large a cell is drawn: across a place, down a filter, deep an entry of a column.
 * @param {number} entries @param {number} columns @param {number} rows @param {number} room
 */
function cellSize(entries, columns, rows, room) {
  const most = Math.min(COLUMNS_LARGEST, Math.min(COLUMNS_HIGH, 0.38 * room) / entries), deep = most >= 1 ? Math.floor(most) : most;
  const left = Math.min(COLUMNS_WIDE, room - deep * entries - COLUMNS_GAP);
  return {
    deep,
    across: Math.max(COLUMNS_SMALLEST, Math.min(COLUMNS_LARGEST, Math.floor(left / columns))),
    down: Math.max(COLUMNS_SMALLEST, Math.min(COLUMNS_LARGEST, Math.floor(COLUMNS_HIGH / rows))),
  };
}

/** Rows and columns of the kernel, from where the first channel's entries lie. @param {ArrayLike<number>} pixels */
function kernelOf(pixels) {
  const count = pixels.length / 3;
  let columns = 1, size = 1;
  while (columns < count && pixels[3 * columns + 1] === pixels[1] && pixels[3 * columns] === pixels[0]) columns++;
  size = columns;
  while (size < count && pixels[3 * size] === pixels[0]) size++;
  return { rows: size / columns, columns };
}

/** @param {ArrayLike<number>} pixels @param {{ rows: number, columns: number }} kernel */
function rowsOf(pixels, { rows, columns }) {
  return Array.from({ length: rows }, (_, i) => pixels[3 * i * columns + 1]);
}

/** @param {ArrayLike<number>} pixels @param {{ columns: number }} kernel */
function columnsOfPatch(pixels, { columns }) {
  return Array.from({ length: columns }, (_, i) => pixels[3 * i + 2]);
}

/** @param {Walk} walk @param {string} source @param {ArrayLike<number>} pixels @param {number} entry */
function isInside(walk, source, pixels, entry) {
  const shape = walk.outputs[source]?.shape ?? walk.about.input;
  const [y, x] = [pixels[3 * entry + 1], pixels[3 * entry + 2]];
  return y >= 0 && x >= 0 && y < shape[shape.length - 2] && x < shape[shape.length - 1];
}

/** A column is a place, a row is a filter: choose another. @param {Walk} walk @param {any} facts
 * @param {{ matrix: HTMLCanvasElement, filters: HTMLCanvasElement, product: HTMLCanvasElement }} pictures
 * @param {number[]} counts
 */
function chooseCells(walk, facts, { matrix, filters, product }, [columnCount, rowCount]) {
  const filter = facts.index[0] - facts.row; // the group's first
  const choose = (/** @type {number} */ row, /** @type {number} */ column) => {
    const at = [filter + row, Math.floor(column / facts.places[1]), column % facts.places[1]];
    walk.move({ layer: facts.layer, index: at });
  };
  const share = (/** @type {MouseEvent} */ event, /** @type {HTMLElement} */ element) => {
    const box = element.getBoundingClientRect();
    return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
  };
  const place = (/** @type {number} */ part, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, Math.floor(part * count)));
  matrix.addEventListener("click", (event) => choose(facts.row, facts.first_column + place(share(event, matrix)[1], columnCount)));
  filters.addEventListener("click", (event) => choose(facts.first_row + place(share(event, filters)[0], rowCount), facts.column));
  product.addEventListener("click", (event) => {
    const [y, x] = share(event, product);
    choose(facts.first_row + place(y, rowCount), facts.first_column + place(x, columnCount));
  });
}
