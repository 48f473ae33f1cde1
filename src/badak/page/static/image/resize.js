// Scale a plane {data, h, w} as Pillow does: bicubic curves (a = -0.5), widened if it shrinks.

/** @typedef {{ data: Float64Array, h: number, w: number }} Plane  numbers from 0 to 1, row by row */

/** @param {number} x */
function cubic(x) {
  const a = -0.5, d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/** For each place the first cell it draws on, and the share of each.
 * @param {number} size @param {number} start @param {number} length @param {number} places
 * @returns {[number, number[]][]}
 */
function taps(size, start, length, places) {
  const scale = length / places, stretch = Math.max(1, scale);
  /** @type {[number, number[]][]} */
  const result = [];
  for (let o = 0; o < places; o++) {
    const centre = start + (o + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - 2 * stretch + 0.5));
    const end = Math.min(size, Math.floor(centre + 2 * stretch + 0.5));
    const shares = [];
    for (let i = first; i < end; i++) shares.push(cubic((i - centre + 0.5) / stretch));
    const total = shares.reduce((a, b) => a + b, 0);
    result.push([first, shares.map((share) => share / total)]);
  }
  return result;
}

/** @param {Plane} plane @param {number} height @param {number} width
 * @param {number[]} [box] top, left, rows and columns of the part that is scaled
 * @returns {Plane}
 */
export function resize({ data, h, w }, height, width, box = [0, 0, h, w]) {
  const columns = taps(w, box[1], box[3], width), rows = taps(h, box[0], box[2], height);
  const wide = new Float64Array(h * width), result = new Float64Array(height * width);
  for (let y = 0; y < h; y++)
    columns.forEach(([first, shares], x) => {
      let sum = 0;
      for (let i = 0; i < shares.length; i++) sum += shares[i] * data[y * w + first + i];
      wide[y * width + x] = sum;
    });
  rows.forEach(([first, shares], y) => {
    for (let i = 0; i < shares.length; i++)
      for (let x = 0; x < width; x++)
        result[y * width + x] += shares[i] * wide[(first + i) * width + x];
  });
  for (let i = 0; i < result.length; i++) result[i] = Math.min(1, Math.max(0, result[i]));
  return { data: result, h: height, w: width };
}
