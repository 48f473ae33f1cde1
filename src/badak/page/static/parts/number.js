// Numbers in a grid: a table of coloured cells where each can be read, a picture where there are many.

import { colours, grey, inkOn, signed, strongest } from "./colours.js";
import { h } from "./dom.js";

/** @typedef {object} NumberLook  how values become colours
 * @property {number} largest  the value of full colour
 * @property {boolean} [image]  grey from 0 to `largest`, as images are shown; else signed
 */

/** @typedef {object} NumberTable
 * @property {HTMLElement} element
 * @property {HTMLTableCellElement[]} cells  row by row
 * @property {string} unit  "×10⁻³" if the numbers are shown a thousand times as large, or ""
 */

const NUMBER_KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
});

/** The colour of a value. @param {number} value @param {NumberLook} look */
export function numberColour(value, look) {
  return look.image ? grey(value / (look.largest || 1)) : signed(value, look.largest);
}

/** How many decimals show the largest of some values in about two digits. @param {number} largest */
export function decimalsOf(largest) {
  return largest ? Math.min(4, Math.max(0, 1 - Math.floor(Math.log10(largest)))) : 0;
}

/** The power of ten, a multiple of 3, that makes small numbers readable. @param {number} largest */
function powerOf(largest) {
  return largest > 0 && largest < 0.01 ? 3 * Math.ceil(-Math.log10(largest) / 3) : 0;
}

/** A value with so many decimals; a true minus, and no minus at 0.
 * @param {number} value @param {number} decimals
 */
export function fixed(value, decimals) {
  if (!Number.isFinite(value)) return String(value);
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** A value in six digits, as it is compared with another place; "–" of one that is no number.
 * @param {number | null} value */
export function exactly(value) {
  return value === null ? "–" : String(Number(value.toPrecision(6))).replace("-", "−");
}

/** A table of numbers.
 * @param {ArrayLike<number>} values  row by row
 * @param {object} options
 * @param {number} options.columns
 * @param {string} options.label  what it holds, for those who hear the page
 * @param {NumberLook} [options.look]
 * @param {ArrayLike<number> | null} [options.inside]  0 in the padding
 * @param {((cell: number) => void) | null} [options.pick]  follow a cell's number
 * @returns {NumberTable}
 */
export function numberTable(values, { columns, label, look, inside, pick }) {
  const largest = strongest(values), scale = look ?? { largest }, power = powerOf(largest), factor = 10 ** power;
  const digits = decimalsOf(largest * factor);
  /** @type {HTMLTableCellElement[]} */
  const cells = [];
  const rows = [];
  for (let start = 0; start < values.length; start += columns) {
    const row = h("tr", pick ? { role: "row" } : null);
    for (let i = start; i < Math.min(start + columns, values.length); i++) {
      const out = inside && !inside[i];
      const cell = h("td", { title: out ? null : exactly(values[i]) }, fixed(values[i] * factor, digits));
      if (out) cell.classList.add("out");
      else paintNumber(cell, values[i], scale);
      if (pick) cell.setAttribute("role", "gridcell");
      cells.push(cell);
      row.append(cell);
    }
    rows.push(row);
  }
  const size = columns > 9 ? " tiny" : columns > 6 ? " small" : "";
  const element = h(
    "table", { class: `numbers${size}${pick ? " picked" : ""}`, "aria-label": label, role: pick ? "grid" : null },
    h("tbody", null, ...rows),
  );
  if (pick) walkable(element, cells, columns, (i) => !(inside && !inside[i]) && pick(i));
  return { element, cells, unit: power ? `×10⁻${[...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}` : "" };
}

/** Colour a cell by its value. @param {HTMLElement} cell @param {number} value @param {NumberLook} look */
function paintNumber(cell, value, look) {
  const colour = numberColour(value, look);
  cell.style.backgroundColor = `rgb(${colour})`;
  cell.style.color = inkOn(colour);
}

/** Let mouse, touch and keyboard choose a cell: one is in the tab order, arrows move on from it.
 * @param {HTMLElement} element @param {HTMLElement[]} cells @param {number} columns
 * @param {(cell: number) => void} pick
 */
function walkable(element, cells, columns, pick) {
  cells.forEach((cell, i) => (cell.tabIndex = i ? -1 : 0));
  element.addEventListener("click", (event) => {
    const i = cells.indexOf(/** @type {HTMLElement} */ (event.target));
    if (i >= 0) pick(i);
  });
  element.addEventListener("keydown", (event) => {
    const i = cells.indexOf(/** @type {HTMLElement} */ (event.target)), move = NUMBER_KEYS[event.key];
    if (i < 0 || (!move && event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    if (!move) return pick(i);
    const column = (i % columns) + move[1], next = i + move[0] * columns + move[1];
    if (column < 0 || column >= columns || !cells[next]) return;
    cells[i].tabIndex = -1;
    cells[next].tabIndex = 0;
    cells[next].focus();
  });
}

/** @typedef {{ row: number, column: number, rows: number, columns: number }} Box  of cells */

/** A picture of a matrix, and boxes around some of its cells; numbers where there is room for them.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values  row by row
 * @param {number} columns
 * @param {{ cell: [number, number], look?: NumberLook, boxes?: Box[], guides?: { row: number, column: number }, label: string }} options
 *   cell: width and height in CSS pixels; guides: lines along a row and a column
 */
export function drawNumbers(canvas, values, columns, { cell: [width, height], look, boxes = [], guides, label }) {
  const rows = Math.ceil(values.length / columns), ratio = window.devicePixelRatio || 1;
  const largest = strongest(values), scale = look ?? { largest };
  [canvas.width, canvas.height] = [Math.ceil(columns * width * ratio), Math.ceil(rows * height * ratio)];
  [canvas.style.width, canvas.style.height] = [`${columns * width}px`, `${rows * height}px`];
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const picture = new OffscreenCanvas(columns, rows);
  const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d"));
  const pixels = inner.createImageData(columns, rows);
  for (let i = 0; i < values.length; i++) pixels.data.set([...numberColour(values[i], scale), 255], 4 * i);
  inner.putImageData(pixels, 0, 0);
  screen.scale(ratio, ratio);
  screen.imageSmoothingEnabled = width < 1 || height < 1;
  screen.drawImage(picture, 0, 0, columns * width, rows * height);
  if (width >= 30 && height >= 16) writeNumbers(screen, values, columns, width, height, scale);
  if (guides) {
    screen.fillStyle = colours().accent;
    for (const end of [0, 1]) {
      screen.fillRect(0, (guides.row + end) * height - 0.5, columns * width, 1);
      screen.fillRect((guides.column + end) * width - 0.5, 0, 1, rows * height);
    }
  }
  for (const box of boxes) outlineBox(screen, box.column * width, box.row * height, box.columns * width, box.rows * height);
}

/** A box that stands out on any colour: the accent between two lines of paper.
 * @param {CanvasRenderingContext2D} screen
 * @param {number} x @param {number} y @param {number} width @param {number} height
 */
export function outlineBox(screen, x, y, width, height) {
  const { accent, zero } = colours();
  for (const [colour, line] of /** @type {[string, number][]} */ ([[`rgb(${zero})`, 4], [accent, 2]])) {
    screen.strokeStyle = colour;
    screen.lineWidth = line;
    screen.strokeRect(x, y, width, height);
  }
}

/** @param {CanvasRenderingContext2D} screen @param {ArrayLike<number>} values @param {number} columns
 * @param {number} width @param {number} height @param {NumberLook} look
 */
function writeNumbers(screen, values, columns, width, height, look) {
  const decimals = decimalsOf(strongest(values));
  screen.font = `${Math.min(13, Math.floor(width / 3))}px system-ui, sans-serif`;
  screen.textAlign = "center";
  screen.textBaseline = "middle";
  for (let i = 0; i < values.length; i++) {
    screen.fillStyle = inkOn(numberColour(values[i], look));
    screen.fillText(fixed(values[i], decimals), ((i % columns) + 0.5) * width, (Math.floor(i / columns) + 0.5) * height);
  }
}
