// A handwritten digit as MNIST's were: ink alone, scaled into 20x20, its centre of mass in the
// middle of 28x28. As badak.data.digit_from_image does, which says why for each number. For a
// network whose training digits fill the image, the ink fills 28x28. Each stage can be seen, and
// switched off to see what it is for.

import { greyOf, planesOf } from "./picture.js";
import { resize } from "./resize.js";

/** @typedef {import("./resize.js").Plane} Plane */

const FAINTEST = 0.15, RIM = 0.25, CORE = 0.5, SMALLEST_PART = 0.1, GRID = 64, DARKEST = 0.05;
const LARGEST_SIDE = 512, SIZE = 28;

/** Which stages are on. @typedef {object} Stages
 * @property {boolean} ink  keep the ink alone, white on black
 * @property {boolean} crop  keep the part that has ink
 * @property {boolean} box  scale it into 20x20, not to 28x28
 * @property {boolean} centre  its centre of mass to the middle, not that of its box
 */

/** As the network's training digits were made. @param {"digit" | "filling"} prepare @returns {Stages} */
export function usualStages(prepare) {
  return { ink: true, crop: true, box: prepare === "digit", centre: true };
}

/** The stages of a digit's preparation; the last is the network's input. None but the first if
 * nothing stands out from the paper.
 * @param {ImageData} pixels @param {Stages} stages
 * @param {boolean} even  it was drawn here, on even paper
 * @returns {{ name: "grey" | keyof Stages, plane: Plane }[]}
 */
export function digitStages(pixels, stages, even) {
  let grey = greyOf(planesOf(pixels));
  const factor = LARGEST_SIDE / Math.max(grey.h, grey.w);
  if (factor < 1) grey = scaled(grey, factor);
  const ink = stages.ink ? inkOf(grey, even) : { strokes: grey.data, mask: grey.data };
  if (!ink) return [{ name: "grey", plane: grey }];
  const strokes = { data: ink.strokes, h: grey.h, w: grey.w };
  const part = stages.crop ? cropped(strokes, ink.mask) : squared(strokes);
  if (!part) return [{ name: "grey", plane: grey }];
  const fitted = scaled(part, (stages.box ? 20 : SIZE) / Math.max(part.h, part.w));
  return [
    { name: "grey", plane: grey }, { name: "ink", plane: strokes }, { name: "crop", plane: part },
    { name: "box", plane: fitted }, { name: "centre", plane: centred(fitted, stages.centre) },
  ];
}

/** The part with ink. @param {Plane} plane @param {Float64Array} mask */
function cropped({ data, w }, mask) {
  let top = Infinity, left = Infinity, bottom = 0, right = 0;
  mask.forEach((on, i) => {
    if (!on) return;
    const y = Math.floor(i / w), x = i % w;
    top = Math.min(top, y), bottom = Math.max(bottom, y + 1);
    left = Math.min(left, x), right = Math.max(right, x + 1);
  });
  if (!bottom) return null;
  const rows = bottom - top, columns = right - left, crop = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) crop[y * columns + x] = data[(top + y) * w + left + x];
  return { data: crop, h: rows, w: columns };
}

/** The whole picture, black around it where it is not square. @param {Plane} plane @returns {Plane} */
function squared({ data, h, w }) {
  const side = Math.max(h, w), square = new Float64Array(side * side);
  const top = Math.floor((side - h) / 2), left = Math.floor((side - w) / 2);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) square[(top + y) * side + left + x] = data[y * w + x];
  return { data: square, h: side, w: side };
}

/** @param {Plane} plane @param {number} factor */
function scaled(plane, factor) {
  return resize(plane, Math.max(1, roundEven(plane.h * factor)), Math.max(1, roundEven(plane.w * factor)));
}

/** @param {number} x */
function roundEven(x) {
  const down = Math.floor(x);
  return x - down === 0.5 ? down + (down % 2) : Math.round(x);
}

/** Placed in 28x28, by its mass or by its box. @param {Plane} plane @param {boolean} byMass @returns {Plane} */
function centred({ data, h, w }, byMass) {
  const brightest = data.reduce((a, b) => Math.max(a, b), 0) || 1;
  let mass = 0, down = 0, along = 0;
  data.forEach((value, i) => {
    mass += value, down += value * Math.floor(i / w), along += value * (i % w);
  });
  const start = (/** @type {number} */ moment, /** @type {number} */ length) => {
    if (!byMass || !mass) return Math.floor((SIZE - length) / 2);
    return Math.min(Math.max(Math.floor(SIZE / 2 - moment / mass + 0.5), 0), SIZE - length);
  };
  const top = start(down, h), left = start(along, w), field = new Float64Array(SIZE * SIZE);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      field[(top + y) * SIZE + left + x] = data[y * w + x] / brightest;
  return { data: field, h: SIZE, w: SIZE };
}

/** How much each place differs from the paper around it, 0 to 1, and where the strokes are.
 * @param {Plane} plane @param {boolean} even  the paper is the same everywhere: its shade need not be found
 */
function inkOf({ data, h, w }, even) {
  const ground = median(rimOf(data, h, w));
  const minimum = data.reduce((a, b) => Math.min(a, b)), maximum = data.reduce((a, b) => Math.max(a, b));
  const inverted = (ground + DARKEST) / (minimum + DARKEST) > (maximum + DARKEST) / (ground + DARKEST);
  const light = inverted ? data : data.map((value) => 1 - value);
  const size = Math.max(3, Math.floor(Math.max(h, w) / 3));
  const paper = even ? new Float64Array(h * w).fill(inverted ? maximum : 1 - minimum) : closing(light, h, w, size);
  let depth = light.map((value, i) => (paper[i] - value) / Math.max(paper[i], DARKEST));
  const level = median(rimOf(depth, h, w));
  depth = depth.map((value) => value - level);
  const grain = quantile(rimOf(depth, h, w), 0.98);
  const sorted = Float64Array.from(depth).sort();
  const deepest = sorted[Math.ceil(0.9995 * (sorted.length - 1))];
  if (!(deepest > FAINTEST)) return null;
  const full = median(depth.filter((value) => value > deepest / 2));
  depth = depth.map((value) => value / full);
  const core = withoutDust(depth.map((value) => (value > CORE ? 1 : 0)), h, w);
  const edge = Math.min(Math.max(RIM, grain / full), CORE);
  const near = brightest(core, h, w, Math.max(3, cellOf(h, w)));
  const mask = depth.map((value, i) => (near[i] > 0 && value > edge ? 1 : 0));
  const around = brightest(mask, h, w, 3);
  const strokes = depth.map((value, i) => (around[i] > 0 ? Math.min(1, Math.max(0, value)) : 0));
  return { strokes, mask };
}

/** @param {Float64Array} data @param {number} h @param {number} w */
function rimOf(data, h, w) {
  const frame = Math.max(1, Math.floor(Math.min(h, w) / 20));
  return data.filter((_, i) => {
    const y = Math.floor(i / w), x = i % w;
    return y < frame || y >= h - frame || x < frame || x >= w - frame;
  });
}

/** @param {Float64Array} values @param {number} share */
function quantile(values, share) {
  const sorted = Float64Array.from(values).sort(), place = share * (sorted.length - 1);
  const low = Math.floor(place), high = Math.ceil(place);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

const median = (/** @type {Float64Array} */ values) => quantile(values, 0.5);
const cellOf = (/** @type {number} */ h, /** @type {number} */ w) => Math.ceil(Math.max(h, w) / GRID);

/** The maximum over a square of `size`, made odd, around each place; nothing lies beyond the edge.
 * @param {Float64Array} data @param {number} h @param {number} w @param {number} size
 * @returns {Float64Array}
 */
function brightest(data, h, w, size) {
  const reach = Math.floor(size / 2);
  let plane = Float64Array.from(data), rows = h, columns = w;
  for (let axis = 0; axis < 2; axis++) {
    const turned = new Float64Array(plane.length), line = new Float64Array(columns + 2 * reach);
    for (let y = 0; y < rows; y++) {
      line.fill(-Infinity);
      line.set(plane.subarray(y * columns, (y + 1) * columns), reach);
      for (let span = 1, length = line.length; span < 2 * reach + 1; ) {
        const step = Math.min(span, 2 * reach + 1 - span);
        length -= step;
        for (let i = 0; i < length; i++) line[i] = Math.max(line[i], line[i + step]);
        span += step;
      }
      for (let x = 0; x < columns; x++) turned[x * rows + y] = line[x];
    }
    [plane, rows, columns] = [turned, columns, rows];
  }
  return plane;
}

/** The brightest within a square, and of those the darkest; the picture continues beyond its edge.
 * @param {Float64Array} data @param {number} h @param {number} w @param {number} size
 */
function closing(data, h, w, size) {
  const rows = h + 2 * size, columns = w + 2 * size;
  const wide = new Float64Array(rows * columns);
  const inside = (/** @type {number} */ at, /** @type {number} */ length) => Math.min(Math.max(at - size, 0), length - 1);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) wide[y * columns + x] = data[inside(y, h) * w + inside(x, w)];
  const bright = brightest(wide, rows, columns, size).map((value) => -value);
  const closed = brightest(bright, rows, columns, size);
  const result = new Float64Array(h * w);
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) result[y * w + x] = -closed[(y + size) * columns + x + size];
  return result;
}

/** Finds connected parts on a coarse grid and removes those with little ink.
 * @param {Float64Array} core @param {number} h @param {number} w
 */
function withoutDust(core, h, w) {
  const cell = cellOf(h, w), rows = Math.ceil(h / cell), columns = Math.ceil(w / cell);
  const mass = new Float64Array(rows * columns), place = (/** @type {number} */ i) =>
    Math.floor(Math.floor(i / w) / cell) * columns + Math.floor((i % w) / cell);
  core.forEach((on, i) => (mass[place(i)] += on));
  let part = mass.map((value, i) => (value > 0 ? i + 1 : 0));
  for (let changed = true; changed; ) {
    const grown = brightest(part, rows, columns, 3).map((value, i) => (part[i] > 0 ? value : 0));
    changed = grown.some((value, i) => value !== part[i]);
    part = grown;
  }
  const weight = new Float64Array(rows * columns + 1);
  part.forEach((number, i) => (weight[number] += mass[i]));
  const minimum = SMALLEST_PART * Math.max(...weight);
  return core.map((on, i) => (on && weight[part[place(i)]] >= minimum ? 1 : 0));
}
