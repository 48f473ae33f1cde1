// The page's two colour maps: grey for images, one diverging for signed values, paper at 0.

/** @typedef {[number, number, number]} Rgb */

/** @type {{ zero: Rgb, plus: Rgb, minus: Rgb, line: string, ink: string, quiet: string, accent: string, soft: string } | null} */
let palette = null;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (palette = null));

/** The colours of the theme that is on. */
export function colours() {
  if (palette) return palette;
  const style = getComputedStyle(document.documentElement);
  const word = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const rgb = (/** @type {string} */ name) => {
    const digits = word(name).slice(1);
    return /** @type {Rgb} */ ([0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)));
  };
  palette = {
    zero: rgb("--zero"), plus: rgb("--plus"), minus: rgb("--minus"),
    line: word("--line"), ink: word("--ink"), quiet: word("--quiet"), accent: word("--accent"), soft: word("--soft"),
  };
  return palette;
}

/** The colour of a signed value, `largest` away from 0 at full strength.
 * @param {number} value @param {number} largest
 * @returns {Rgb}
 */
export function signed(value, largest) {
  const { zero, plus, minus } = colours();
  const end = value < 0 ? minus : plus, share = largest ? Math.min(1, Math.abs(value) / largest) : 0;
  return /** @type {Rgb} */ (zero.map((from, k) => Math.round(from + share * (end[k] - from))));
}

/** The colour of a cell in a confusion matrix: blue for right answers, orange for mistakes; by the
 * square root of its share of the row, so that a few in a hundred are seen.
 * @param {number} share @param {boolean} right
 */
export function confusionColour(share, right) {
  return signed(right ? -Math.sqrt(share) : Math.sqrt(share), 1);
}

/** @param {number} share of white, 0 to 1 @returns {Rgb} */
export function grey(share) {
  const level = Math.round(255 * Math.min(1, Math.max(0, share)));
  return [level, level, level];
}

/** Black or white, whichever has more contrast with a colour (WCAG 2.2, relative luminance).
 * @param {Rgb} colour */
export function inkOn(colour) {
  const [red, green, blue] = colour.map((level) =>
    level <= 10 ? level / 3294.6 : ((level / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

/** The largest distance from 0. @param {ArrayLike<number>} values */
export function strongest(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}

/** A number in three digits. @param {number | null} value */
export function short(value) {
  if (value === null || !Number.isFinite(value)) return value === null ? "–" : String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(2).replace("-", "−");
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
