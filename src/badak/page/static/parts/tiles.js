// Maps as tiles side by side on one canvas, all on one scale; which cell lies under a point.

import { colours, strongest } from "./colours.js";

const MAXIMUM_MAPS = 64, MAXIMUM_NUMBERS = 1024; // maps, or maps of one number, that are drawn at first

/** @typedef {object} Tiles  where the maps lie on the canvas, in CSS pixels
 * @property {number} count @property {number} columns @property {number} gap
 * @property {number} width @property {number} height  of a tile
 * @property {number} h @property {number} w  cells of a map
 * @property {number} largest  the value of full colour
 */

/** How many maps a shape has, and how many of them are drawn at first. @param {number[]} shape */
export function mapsOf(shape) {
  const [c, h, w] = shape.length === 3 ? shape : [shape[0], 1, 1];
  return { count: c, few: Math.min(c, h * w === 1 ? MAXIMUM_NUMBERS : MAXIMUM_MAPS) };
}

/** Draw the first `count` maps; a number is a tile of one cell.
 * @param {HTMLCanvasElement} canvas
 * @param {ArrayLike<number>} values (C, H, W) or (D,)
 * @param {number[]} shape
 * @param {{ room: number, count: number, largest?: number, wanted?: number }} options
 *   room: CSS pixels from side to side; largest: the value of full colour, the maps' own if not given;
 *   wanted: the side of a tile
 * @returns {Tiles}
 */
export function drawTiles(canvas, values, shape, { room, count, largest = strongest(values), wanted }) {
  const [h, w] = shape.length === 3 ? shape.slice(1) : [1, 1];
  const side = Math.max(h, w), gap = side === 1 ? 2 : 6;
  const size = wanted ?? (count > 128 ? 32 : count > 32 || room < 1000 ? 64 : 84);
  const zoom = side > size ? Math.min(1, Math.max(size, 112) / side) : Math.min(14, Math.max(1, Math.round(size / side)));
  const width = Math.max(1, Math.round(w * zoom)), height = Math.max(1, Math.round(h * zoom));
  const columns = Math.max(1, Math.min(count, Math.floor((room + gap) / (width + gap))));
  const rows = Math.ceil(count / columns), ratio = window.devicePixelRatio || 1;
  const total = [columns * (width + gap) - gap, rows * (height + gap) - gap];
  [canvas.width, canvas.height] = total.map((length) => Math.round(length * ratio));
  [canvas.style.width, canvas.style.height] = [`${total[0]}px`, "auto"];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  screen.scale(ratio, ratio);
  screen.imageSmoothingEnabled = zoom < 1;
  screen.strokeStyle = colours().line;
  const cells = signedTile(values, 0, count * h, w, largest); // all maps below each other
  for (let m = 0; m < count; m++) {
    const x = (m % columns) * (width + gap), y = Math.floor(m / columns) * (height + gap);
    screen.drawImage(cells, 0, m * h, w, h, x, y, width, height);
    screen.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
  return { count, columns, gap, width, height, h, w, largest };
}

/** One map as a picture, a pixel a cell.
 * @param {ArrayLike<number>} values @param {number} start @param {number} h @param {number} w
 * @param {number} largest
 */
export function signedTile(values, start, h, w, largest) {
  const tile = new OffscreenCanvas(w, h);
  const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (tile.getContext("2d"));
  const pixels = inner.createImageData(w, h), { zero, plus, minus } = colours();
  for (let i = 0; i < h * w; i++) {
    const value = values[start + i], end = value < 0 ? minus : plus;
    const share = largest ? Math.min(1, Math.abs(value) / largest) : 0;
    for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = zero[k] + share * (end[k] - zero[k]);
    pixels.data[4 * i + 3] = 255;
  }
  inner.putImageData(pixels, 0, 0);
  return tile;
}

/** The map and cell under a point of the page, or null between tiles.
 * @param {Tiles} tiles @param {HTMLCanvasElement} canvas @param {{ clientX: number, clientY: number }} point
 */
export function cellAt(tiles, canvas, point) {
  const box = canvas.getBoundingClientRect(), across = tiles.columns * (tiles.width + tiles.gap) - tiles.gap;
  const scale = across / box.width; // a narrow page shrinks the canvas
  const left = (point.clientX - box.left) * scale, top = (point.clientY - box.top) * scale;
  const column = Math.floor(left / (tiles.width + tiles.gap)), row = Math.floor(top / (tiles.height + tiles.gap));
  const inX = left - column * (tiles.width + tiles.gap), inY = top - row * (tiles.height + tiles.gap);
  const channel = row * tiles.columns + column;
  if (inX < 0 || inY < 0 || inX >= tiles.width || inY >= tiles.height || channel >= tiles.count) return null;
  return { channel, y: Math.floor((inY / tiles.height) * tiles.h), x: Math.floor((inX / tiles.width) * tiles.w) };
}

/** Where a map's cell lies on the canvas, in CSS pixels before the page shrinks it.
 * @param {Tiles} tiles @param {number} channel @param {number} y @param {number} x
 */
export function placeOf(tiles, channel, y, x) {
  const left = (channel % tiles.columns) * (tiles.width + tiles.gap);
  const top = Math.floor(channel / tiles.columns) * (tiles.height + tiles.gap);
  return { x: left + (x / tiles.w) * tiles.width, y: top + (y / tiles.h) * tiles.height,
    width: tiles.width / tiles.w, height: tiles.height / tiles.h };
}

/** Draw an image as the network takes it: grey, or red, green and blue; numbers from 0 to 1.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} input @param {number[]} shape (C, H, W)
 * @param {number} [scale] of the values: 255 for bytes
 */
export function drawInput(canvas, input, [c, h, w], scale = 1) {
  [canvas.width, canvas.height] = [w, h];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = screen.createImageData(w, h);
  for (let i = 0; i < h * w; i++) {
    for (let k = 0; k < 3; k++)
      pixels.data[4 * i + k] = (255 / scale) * input[Math.min(k, c - 1) * h * w + i];
    pixels.data[4 * i + 3] = 255;
  }
  screen.putImageData(pixels, 0, 0);
}
