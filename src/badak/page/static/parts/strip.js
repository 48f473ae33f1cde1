// A distribution over time: one column per look, one cell per bin, darker where more values lie.

import { colours } from "./colours.js";

/** @typedef {{ step: number, reach: number, counts: ArrayLike<number> }} Histogram
 *   counts in equal bins from -reach to reach */

const STRIP_SHARE = 0.98; // of the values that are drawn: a few far away do not make the others a line

/** How far from 0 nearly all values of a histogram lie. @param {Histogram} histogram */
function mostWithin({ reach, counts }) {
  const half = counts.length / 2;
  let total = 0, within = 0, edge = 0;
  for (let bin = 0; bin < counts.length; bin++) total += counts[bin];
  while (edge < half && within < STRIP_SHARE * total) {
    within += counts[half + edge] + counts[half - 1 - edge];
    edge++;
  }
  return (reach * edge) / half;
}

/** Draw columns side by side: above 0 in one colour, below in the other, on one scale for all.
 * @param {HTMLCanvasElement} canvas @param {Histogram[]} history
 * @returns {number} the value at the upper edge; the lower is its negative
 */
export function drawStrip(canvas, history) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const reach = history.reduce((most, column) => Math.max(most, mostWithin(column)), 0);
  if (!reach || !canvas.width) return reach;
  const rows = canvas.height, columns = Math.min(canvas.width, history.length);
  const inner = new OffscreenCanvas(columns, rows);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (inner.getContext("2d"));
  const pixels = pen.createImageData(columns, rows), { zero, plus, minus } = colours();
  const near = zero.map((from, k) => Math.round((from + plus[k] + minus[k]) / 3)); // for what is neither
  for (let c = 0; c < columns; c++) {
    const column = history[Math.floor((c * history.length) / columns)];
    paintColumn(pixels, c, column, reach, { zero, plus, minus, near });
  }
  pen.putImageData(pixels, 0, 0);
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  screen.imageSmoothingEnabled = false;
  screen.drawImage(inner, 0, 0, canvas.width, canvas.height);
  return reach;
}

/** @param {ImageData} pixels @param {number} c @param {Histogram} column @param {number} reach
 * @param {{ zero: number[], plus: number[], minus: number[], near: number[] }} palette */
function paintColumn(pixels, c, { counts, reach: own }, reach, { zero, plus, minus, near }) {
  const half = counts.length / 2, middle = (counts[half - 1] + counts[half]) / 2; // 0 itself lies between two bins
  let most = Math.max(1, middle);
  for (let bin = 0; bin < counts.length; bin++) if (bin < half - 1 || bin > half) most = Math.max(most, counts[bin]);
  for (let y = 0; y < pixels.height; y++) {
    const value = reach * (1 - (2 * (y + 0.5)) / pixels.height); // of this row, from reach to -reach
    const bin = Math.floor(((value / own + 1) / 2) * counts.length);
    const inside = bin >= 0 && bin < counts.length, central = bin === half - 1 || bin === half;
    const share = inside ? Math.sqrt((central ? middle : counts[bin]) / most) : 0;
    const end = central ? near : value < 0 ? minus : plus, at = 4 * (y * pixels.width + c);
    for (let k = 0; k < 3; k++) pixels.data[at + k] = zero[k] + share * (end[k] - zero[k]);
    pixels.data[at + 3] = 255;
  }
}
