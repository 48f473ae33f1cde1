// One map, large: boxes show where one looks, and mouse, finger and arrow keys choose a cell of it.

import { h } from "../../parts/dom.js";
import { colours } from "../../parts/colours.js";
import { numberColour, outlineBox } from "../../parts/number.js";

/** @typedef {object} MapLook
 * @property {ArrayLike<number>} values
 * @property {number[]} shape  (C, H, W)
 * @property {number} channel
 * @property {import("../../parts/number.js").NumberLook} look
 * @property {string} label
 * @property {number} [side]  in CSS pixels
 * @property {number[]} [rows]  that are read, below 0 and from H on in the padding
 * @property {number[]} [columns]
 * @property {number} [margin]  cells of padding that have room around the map
 * @property {[number, number] | null} [cell]  the one cell that is looked at
 */

const MAP_SIDE = 224; // CSS pixels

/** @param {MapLook} first
 * @param {((y: number, x: number) => void) | null} pick
 */
export function largeMap(first, pick) {
  const canvas = h("canvas", { class: `plane${pick ? " chosen" : ""}` });
  let now = first, zoom = 1;
  const margin = () => now.margin ?? 0;

  /** @param {Partial<MapLook>} change */
  function show(change = {}) {
    now = { ...now, ...change };
    const [, height, width] = now.shape;
    zoom = Math.max(1, Math.floor((now.side ?? MAP_SIDE) / Math.max(height, width)));
    paintMap(canvas, now, zoom);
  }

  /** @param {{ clientX: number, clientY: number }} event @returns {[number, number]} */
  function cellUnder(event) {
    const box = canvas.getBoundingClientRect(), [, height, width] = now.shape, around = margin();
    const scale = (width + 2 * around) / box.width;
    const place = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, Math.floor(at * scale) - around));
    return [place(event.clientY - box.top, height), place(event.clientX - box.left, width)];
  }

  canvas.setAttribute("role", pick ? "application" : "img");
  if (pick) {
    canvas.tabIndex = 0;
    canvas.addEventListener("click", (event) => pick(...cellUnder(event)));
    canvas.addEventListener("pointermove", (event) => {
      const cell = cellUnder(event);
      const value = now.values[(now.channel * now.shape[1] + cell[0]) * now.shape[2] + cell[1]];
      if (event.buttons === 1 && event.pointerType === "mouse" && cell.join() !== now.cell?.join()) pick(...cell);
      canvas.title = `[${cell.join(", ")}] ${Number(value.toPrecision(4))}`;
    });
    canvas.addEventListener("keydown", (event) => {
      const move = MAP_KEYS[event.key], at = now.cell ?? firstCell(now);
      if (!move || !at) return;
      event.preventDefault();
      const [, height, width] = now.shape, y = at[0] + move[0], x = at[1] + move[1];
      if (y >= 0 && x >= 0 && y < height && x < width) pick(y, x);
    });
  }
  show();
  return { element: canvas, show };
}

const MAP_KEYS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
});

/** @param {MapLook} now @returns {[number, number] | null} */
function firstCell({ rows, columns, shape }) {
  if (!rows || !columns) return null;
  const inside = (/** @type {number[]} */ places, /** @type {number} */ size) => places.find((at) => at >= 0 && at < size) ?? 0;
  return [inside(rows, shape[1]), inside(columns, shape[2])];
}

/** @param {HTMLCanvasElement} canvas @param {MapLook} look @param {number} zoom */
function paintMap(canvas, { values, shape: [count, height, width], channel, look, label, rows, columns, margin = 0, cell }, zoom) {
  const ratio = window.devicePixelRatio || 1, across = (width + 2 * margin) * zoom, down = (height + 2 * margin) * zoom;
  [canvas.width, canvas.height] = [Math.round(across * ratio), Math.round(down * ratio)];
  canvas.style.width = `${across}px`;
  canvas.style.margin = `${-margin * zoom}px`; // padding lies over the gaps around the map
  canvas.setAttribute("aria-label", label);
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const picture = new OffscreenCanvas(width, height);
  const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d"));
  const pixels = inner.createImageData(width, height);
  const coloured = look.image && count === 3;
  for (let i = 0; i < height * width; i++) {
    const at = (k = channel) => values[k * height * width + i];
    const colour = coloured ? [at(0), at(1), at(2)].map((share) => Math.min(255, Math.max(0, 255 * share))) : numberColour(at(), look);
    pixels.data.set([...colour, 255], 4 * i);
  }
  inner.putImageData(pixels, 0, 0);
  screen.scale(ratio, ratio);
  screen.translate(margin * zoom, margin * zoom);
  screen.imageSmoothingEnabled = false;
  screen.drawImage(picture, 0, 0, width * zoom, height * zoom);
  screen.strokeStyle = colours().line;
  screen.strokeRect(0.5, 0.5, width * zoom - 1, height * zoom - 1);
  if (rows && columns) markWindow(screen, rows, columns, zoom);
  if (cell) outlineBox(screen, cell[1] * zoom, cell[0] * zoom, zoom, zoom);
}

/** The cells that are read: each by itself where there are gaps between them, and all in one box.
 * @param {CanvasRenderingContext2D} screen @param {number[]} rows @param {number[]} columns @param {number} zoom
 */
function markWindow(screen, rows, columns, zoom) {
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const [bottom, right] = [Math.max(...rows) + 1, Math.max(...columns) + 1];
  if (bottom - top > rows.length || right - left > columns.length) {
    screen.fillStyle = colours().accent;
    for (const y of rows) for (const x of columns) screen.fillRect((x + 0.3) * zoom, (y + 0.3) * zoom, 0.4 * zoom, 0.4 * zoom);
  }
  outlineBox(screen, left * zoom, top * zoom, (right - left) * zoom, (bottom - top) * zoom);
}
