// Scales: round numbers along an axis, a line through points, and a smooth line through noisy ones.

/** Round numbers from one end to the other, at most about `most`; decades on a logarithmic axis.
 * @param {number} from @param {number} to @param {number} most @param {boolean} [log]
 * @returns {number[]}
 */
export function ticksOf(from, to, most, log = false) {
  if (log) {
    const first = Math.ceil(Math.log10(from) - 1e-9), last = Math.floor(Math.log10(to) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first) / most));
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, k) => 10 ** (first + k * step));
  }
  const raw = (to - from) / most, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw * 0.999) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)));
}

/** A number at an axis: 0.25, 1500, 20k, 10⁻³. @param {number} value */
export function tickWords(value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 1e-3) {
    const power = Math.floor(Math.log10(size) + 1e-9), raised = [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
    const factor = Number((value / 10 ** power).toPrecision(3));
    return factor === 1 ? `10${raised}` : `${factor}·10${raised}`.replace("-", "−");
  }
  if (size >= 10000) return `${Number((value / 1000).toPrecision(4))}k`;
  return String(value).replace("-", "−");
}

/** The path of a line through points; of more points than pixels, each pixel's lowest and highest.
 * @param {{ x: ArrayLike<number>, y: ArrayLike<number> }} points
 * @param {(x: number) => number} toX @param {(y: number) => number} toY @param {number} width
 */
export function pathOf({ x, y }, toX, toY, width) {
  const dense = x.length > 2 * width;
  let path = "", pen = "M", column = -1, low = Infinity, high = -Infinity;
  const put = (/** @type {number} */ left, /** @type {number} */ top) => {
    path += `${pen}${left.toFixed(1)} ${top.toFixed(1)}`;
    pen = "L";
  };
  for (let i = 0; i < x.length; i++) {
    const left = toX(x[i]), top = toY(y[i]);
    if (!Number.isFinite(top)) {
      pen = "M";
    } else if (!dense) {
      put(left, top);
    } else {
      if (Math.floor(left) !== column && column >= 0) {
        put(column, low);
        if (high !== low) put(column, high);
        [low, high] = [Infinity, -Infinity];
      }
      [column, low, high] = [Math.floor(left), Math.min(low, top), Math.max(high, top)];
    }
  }
  if (dense && low <= high) put(column, low);
  return x.length === 1 && path ? `${path}h0` : path; // with round ends, one point is a dot
}

/** An exponential moving average that is right from the first value on; NaN is passed over.
 * @param {ArrayLike<number>} values @param {number} span  about as many values count
 */
export function smoothed(values, span) {
  const keep = 1 - 1 / Math.max(1, span), smooth = new Float64Array(values.length);
  let sum = 0, weight = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) {
      sum = keep * sum + values[i];
      weight = keep * weight + 1;
    }
    smooth[i] = weight ? sum / weight : NaN;
  }
  return smooth;
}
