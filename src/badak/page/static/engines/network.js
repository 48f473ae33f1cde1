// The forward pass: each step's function reads the values before it and fills its own.
// Maps lie as (C, H, W), one after another; sums are in float64, values in float32.

/** @typedef {{ op: string, inputs: number[], output: number, numbers: Record<string, number>,
 *   arrays: Record<string, Float32Array> }} Step */

/** Fills the output `y` of a step from its inputs.
 * @typedef {(step: Step, y: Float32Array, shape: number[], inputs: Float32Array[], shapes: number[][]) => void} Op */

/** @typedef {object} Network  as badak.formats.page writes it
 * @property {import("../engine.js").About} about
 * @property {number[][]} shapes  of each value
 * @property {Step[]} steps
 * @property {{ name: string, kind: string, shape: number[], value: number }[]} stages  the layers
 * @property {number} output
 */

/** The places o with 0 <= start + o * step < size: from first up to, not with, end.
 * @param {number} size @param {number} start @param {number} step @param {number} places */
function outputRange(size, start, step, places) {
  const first = Math.max(0, Math.ceil(-start / step));
  const end = Math.min(places, Math.floor((size - 1 - start) / step) + 1);
  return [first, end];
}

/** @type {Record<string, Op>} */
const OPS = {
  conv(step, y, shape, [x], [[c, h, w]]) {
    const n = step.numbers, { weight, bias } = step.arrays, [f, oh, ow] = shape;
    const maps = c / n.groups, filters = f / n.groups, sums = new Float64Array(oh * ow);
    for (let out = 0, cell = 0; out < f; out++) {
      sums.fill(bias[out]);
      for (let m = 0; m < maps; m++) {
        const map = (Math.floor(out / filters) * maps + m) * h * w;
        for (let ky = 0; ky < n.kh; ky++) {
          const top = ky * n.dh - n.top, [firstRow, endRow] = outputRange(h, top, n.sh, oh);
          for (let kx = 0; kx < n.kw; kx++) {
            const factor = weight[cell++], left = kx * n.dw - n.left;
            const [first, end] = outputRange(w, left, n.sw, ow);
            for (let oy = firstRow; oy < endRow; oy++) {
              const row = map + (top + oy * n.sh) * w + left, place = oy * ow;
              for (let ox = first; ox < end; ox++) sums[place + ox] += factor * x[row + ox * n.sw];
            }
          }
        }
      }
      y.set(sums, out * oh * ow);
    }
  },
  conv_transpose(step, y, [f, oh, ow], [x], [[c, h, w]]) {
    const n = step.numbers, { weight, bias } = step.arrays;
    const maps = c / n.groups, filters = f / n.groups, sums = new Float64Array(oh * ow);
    for (let out = 0, cell = 0; out < f; out++) {
      sums.fill(bias[out]);
      for (let m = 0; m < maps; m++) {
        const map = (Math.floor(out / filters) * maps + m) * h * w;
        for (let ky = 0; ky < n.kh; ky++)
          for (let kx = 0; kx < n.kw; kx++) {
            const factor = weight[cell++], top = ky * n.dh - n.top, left = kx * n.dw - n.left;
            const [firstRow, endRow] = outputRange(oh, top, n.sh, h);
            const [first, end] = outputRange(ow, left, n.sw, w);
            for (let iy = firstRow; iy < endRow; iy++) {
              const row = (top + iy * n.sh) * ow + left, place = map + iy * w;
              for (let ix = first; ix < end; ix++) sums[row + ix * n.sw] += factor * x[place + ix];
            }
          }
      }
      y.set(sums, out * oh * ow);
    }
  },
  upsample(step, y, [c, oh, ow], [x], [[, h, w]]) {
    const a = step.arrays;
    for (let m = 0, out = 0; m < c; m++)
      for (let oy = 0; oy < oh; oy++) {
        const above = (m * h + a.first_row[oy]) * w, below = (m * h + a.second_row[oy]) * w;
        const down = a.share_row[oy];
        for (let ox = 0; ox < ow; ox++) {
          const left = a.first_column[ox], right = a.second_column[ox], across = a.share_column[ox];
          const upper = (1 - across) * x[above + left] + across * x[above + right];
          const lower = (1 - across) * x[below + left] + across * x[below + right];
          y[out++] = (1 - down) * upper + down * lower;
        }
      }
  },
  linear(step, y, shape, [x]) {
    const { weight, bias } = step.arrays;
    for (let o = 0, i = 0; o < y.length; o++) {
      let sum = bias[o];
      for (let d = 0; d < x.length; d++) sum += x[d] * weight[i++];
      y[o] = sum;
    }
  },
  rbf(step, y, shape, [x]) {
    const { weight } = step.arrays;
    for (let o = 0, i = 0; o < y.length; o++) {
      let sum = 0;
      for (let d = 0; d < x.length; d++) sum += (x[d] - weight[i++]) ** 2;
      y[o] = -sum;
    }
  },
  max_pool(step, y, shape, inputs, shapes) {
    pool(step, y, shape, inputs, shapes, -Infinity, (largest, value) => Math.max(largest, value));
  },
  avg_pool(step, y, shape, inputs, shapes) {
    const n = step.numbers;
    const mean = (/** @type {number} */ sum, /** @type {number} */ inside, /** @type {number} */ counted) => sum / (n.include_pad ? counted : inside);
    pool(step, y, shape, inputs, shapes, 0, (sum, value) => sum + value, mean);
  },
  lrn(step, y, [c, h, w], [x]) {
    const n = step.numbers, places = h * w;
    const before = Math.floor(n.size / 2), after = Math.floor((n.size - 1) / 2);
    for (let m = 0; m < c; m++)
      for (let p = 0; p < places; p++) {
        let squares = 0;
        for (let k = Math.max(0, m - before); k <= Math.min(c - 1, m + after); k++)
          squares += x[k * places + p] ** 2;
        y[m * places + p] = x[m * places + p] * (n.k + n.alpha * squares) ** -n.beta;
      }
  },
  group_norm(step, y, [c, h, w], [x]) {
    const { groups, eps } = step.numbers, { weight, bias } = step.arrays;
    const channels = c / groups, places = h * w, count = channels * places;
    for (let start = 0; start < x.length; start += count) {
      const group = x.subarray(start, start + count);
      const mean = group.reduce((sum, value) => sum + value, 0) / count;
      const variance = group.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
      for (let i = start; i < start + count; i++) {
        const m = Math.floor(i / places);
        y[i] = ((x[i] - mean) / Math.sqrt(variance + eps)) * weight[m] + bias[m];
      }
    }
  },
  layer_norm(step, y, shape, [x]) {
    const { count, eps } = step.numbers, { weight, bias } = step.arrays;
    const places = y.length / count;
    for (let p = 0; p < places; p++) {
      let mean = 0, variance = 0;
      for (let i = p; i < y.length; i += places) mean += x[i] / count;
      for (let i = p; i < y.length; i += places) variance += (x[i] - mean) ** 2 / count;
      const deviation = Math.sqrt(variance + eps);
      for (let c = 0, i = p; c < count; c++, i += places)
        y[i] = ((x[i] - mean) / deviation) * weight[c] + bias[c];
    }
  },
  add(step, y, shape, [x, other]) {
    for (let i = 0; i < y.length; i++) y[i] = x[i] + other[i];
  },
  concat(step, y, shape, [x, other]) {
    y.set(x);
    y.set(other, x.length);
  },
  channel_slice(step, y, [c], [x]) {
    const first = (y.length / c) * step.numbers.first;
    y.set(x.subarray(first, first + y.length));
  },
  channel_shuffle(step, y, [c], [x]) {
    const { groups } = step.numbers, size = y.length / c;
    for (let m = 0; m < c; m++) {
      const from = ((m % groups) * (c / groups) + Math.floor(m / groups)) * size;
      y.set(x.subarray(from, from + size), m * size);
    }
  },
  multiply(step, y, shape, [x, other]) {
    // A gate has one number for each map.
    const inMap = (/** @type {Float32Array} */ array) => y.length / array.length;
    for (let i = 0; i < y.length; i++)
      y[i] = x[Math.floor(i / inMap(x))] * other[Math.floor(i / inMap(other))];
  },
  relu: each((x) => Math.max(x, 0)),
  hardtanh: each((x, n) => Math.min(Math.max(x, n.min_val), n.max_val)),
  leaky_relu: each((x, n) => (x > 0 ? x : n.negative_slope * x)),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  hardsigmoid: each(hardsigmoid),
  tanh: each((x) => Math.tanh(x)),
  scaled_tanh: each((x, n) => n.amplitude * Math.tanh(n.slope * x)),
  softplus: each((x, n) => (n.beta * x > n.threshold ? x : softplus(n.beta * x) / n.beta)),
  elu: each((x, n) => (x > 0 ? x : n.alpha * Math.expm1(x))),
  selu: each((x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))),
  silu: each((x) => x / (1 + Math.exp(-x))),
  hardswish: each((x) => x * hardsigmoid(x)),
  mish: each((x) => x * Math.tanh(softplus(x))),
  gelu: each((x) => x * normalShare(x)),
  gelu_tanh: each((x) => {
    const inner = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
    return x / (1 + Math.exp(-2 * inner));
  }),
  scale(step, y, shape, [x]) {
    const { weight, bias } = step.arrays, each = y.length / step.numbers.count;
    for (let i = 0; i < y.length; i++) {
      const place = Math.floor(i / each);
      y[i] = x[i] * weight[place] + bias[place];
    }
  },
  prelu(step, y, shape, [x]) {
    const { weight } = step.arrays, each = y.length / step.numbers.count;
    for (let i = 0; i < y.length; i++)
      y[i] = x[i] > 0 ? x[i] : weight[Math.floor(i / each)] * x[i];
  },
};

/** @param {(x: number, numbers: Record<string, number>) => number} rule @returns {Op} */
function each(rule) {
  return (step, y, shape, [x]) => {
    for (let i = 0; i < y.length; i++) y[i] = rule(x[i], step.numbers);
  };
}

/** Join each window's values, from `start` on; `finish` makes the output of what was joined, how many
 * places lay inside and how many count.
 * @param {Step} step @param {Float32Array} y @param {number[]} shape @param {Float32Array[]} inputs
 * @param {number[][]} shapes @param {number} start @param {(result: number, value: number) => number} join
 * @param {(result: number, inside: number, counted: number) => number} [finish]
 */
function pool(step, y, [c, oh, ow], [x], [[, h, w]], start, join, finish) {
  const n = step.numbers;
  for (let m = 0, out = 0; m < c; m++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++) {
        let result = start, inside = 0, counted = 0;
        for (let ky = 0; ky < n.kh; ky++)
          for (let kx = 0; kx < n.kw; kx++) {
            const iy = oy * n.sh - n.top + ky * n.dh, ix = ox * n.sw - n.left + kx * n.dw;
            if (iy < h + n.bottom && ix < w + n.right) counted++;
            if (iy < 0 || iy >= h || ix < 0 || ix >= w) continue;
            inside++;
            result = join(result, x[(m * h + iy) * w + ix]);
          }
        y[out++] = finish ? finish(result, inside, counted) : result;
      }
}

/** @param {number} x */
function hardsigmoid(x) {
  return Math.min(Math.max(x + 3, 0), 6) / 6;
}

/** @param {number} z */
function softplus(z) {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** @param {number} x */
function normalShare(x) {
  // The share of a normal distribution below x. Marsaglia 2004, "Evaluating the normal
  // distribution", the series; beyond 7 it is 0 or 1 to a float32's last bit.
  if (Math.abs(x) > 7) return x > 0 ? 1 : 0;
  let term = x, sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
  return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/** @param {Network} network @param {Float32Array} image
 * @returns {Float32Array[]} every value for one image, by its number
 */
export function forwardValues(network, image) {
  const values = [Float32Array.from(image)];
  for (const step of network.steps) {
    const shape = network.shapes[step.output];
    const y = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const inputs = step.inputs.map((input) => values[input]);
    OPS[step.op](step, y, shape, inputs, step.inputs.map((input) => network.shapes[input]));
    values[step.output] = y;
  }
  return values;
}

/** @param {Float32Array} logits @returns {number[]} */
export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

/** @returns {Network} */
export function readNetwork() {
  // The network that the page holds: its steps as JSON, its weights as base64 of float32.
  const network = JSON.parse(held("network"));
  const words = held("weights").trim();
  const bytes = new Uint8Array(network.weight_count * 4);
  const portion = 4 * 65536;
  for (let at = 0, out = 0; at < words.length; at += portion) {
    const part = atob(words.slice(at, at + portion));
    for (let i = 0; i < part.length; i++) bytes[out++] = part.charCodeAt(i);
  }
  const weights = new Float32Array(bytes.buffer);
  for (const step of network.steps)
    for (const [name, [start, count]] of Object.entries(step.arrays)) // their places, until now
      step.arrays[name] = weights.subarray(start, start + count);
  return network;
}

/** @param {string} id */
const held = (id) => document.getElementById(id)?.textContent ?? "";
