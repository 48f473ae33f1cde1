// A line chart: series over steps on one scale, and a readout that follows pointer, finger and keys.

import { fill, h } from "./dom.js";
import { pathOf, ticksOf, tickWords } from "./scale.js";
import { svg } from "./svg.js";

/** @typedef {object} Series
 * @property {string} look  of the line, a class in css/chart.css: "raw", "smooth", "dots" ...
 * @property {string} words  for the legend and the readout
 * @property {ArrayLike<number>} x  ascending
 * @property {ArrayLike<number>} y  NaN: nothing is drawn
 * @property {boolean=} dots  a point each, such as one per epoch
 */

/** @typedef {object} ChartLook
 * @property {string} words  what it shows
 * @property {string} x  name of the axis
 * @property {(value: number) => string} format  of a value in the readout
 * @property {(value: number) => string=} tick  of a value at the axis
 * @property {number=} top  of the axis if it is fixed; its bottom is 0
 * @property {[number, number]=} band  between two values, shaded as the healthy ones
 * @property {boolean=} log  a logarithmic axis
 * @property {(x: number) => string} place  words for a place on the x axis: "step 12"
 */

/** @typedef {object} Chart
 * @property {HTMLElement} element
 * @property {(series: Series[], end: number, summary: string) => void} show
 *   end: the last x of the axis; summary: words that say what the chart shows
 * @property {() => void} close
 */

/** @param {ChartLook} look @returns {Chart} */
export function makeChart(look) {
  const drawing = svg("svg", { "aria-hidden": "true" });
  const plot = h("div", {
    class: "plot", tabindex: "0", role: "slider", "aria-label": look.words,
    "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0",
  });
  plot.append(drawing);
  const legend = h("span", { class: "chart-legend" }), readout = h("p", { class: "readout" });
  const element = h("figure", { class: "chart" },
    h("figcaption", null, h("b", null, look.words), legend), plot, readout);
  /** @type {Series[]} */
  let shown = [];
  let last = 1, said = "", waiting = false;
  /** @type {number | null} */
  let cursor = null; // an x

  function show(/** @type {Series[]} */ series, /** @type {number} */ end, /** @type {string} */ summary) {
    [shown, last, said] = [series.filter(({ x }) => x.length), Math.max(1, end), summary];
    const words = shown.map((entry) => `${entry.look} ${entry.words}`).join();
    if (legend.dataset.words !== words) {
      legend.dataset.words = words;
      fill(legend, ...shown.map((entry) =>
        h("span", { class: "entry" }, h("i", { class: `key ${entry.look}` }), entry.words)));
    }
    later();
  }

  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (element.isConnected) paint();
    });
  }

  const sizes = () => {
    const em = parseFloat(getComputedStyle(drawing).fontSize), width = plot.clientWidth;
    const height = Math.round(Math.max(11 * em, Math.min(22 * em, 0.5 * width)));
    return { em, width, height, left: 3.6 * em, right: 1.7 * em, top: 0.6 * em, bottom: 2.9 * em };
  };

  function paint() {
    const size = sizes();
    if (size.width < 50) return;
    const { em, width, height, left, right, top, bottom } = size;
    const [from, to] = chartRange(look, shown);
    const level = (/** @type {number} */ value) => look.log ? Math.log10(value) : value;
    const toX = (/** @type {number} */ x) => left + (x / last) * (width - left - right);
    const toY = (/** @type {number} */ y) =>
      height - bottom - ((level(y) - level(from)) / (level(to) - level(from))) * (height - top - bottom);
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.setAttribute("height", String(height));
    const parts = [];
    if (look.band)
      parts.push(svg("rect", { class: "chart-band", x: left, width: width - left - right, y: toY(look.band[1]),
        height: toY(look.band[0]) - toY(look.band[1]) }));
    for (const value of ticksOf(from, to, Math.max(2, Math.floor((height - top - bottom) / (2.2 * em))), look.log)) {
      parts.push(svg("line", { class: "rule", x1: left, x2: width - right, y1: toY(value), y2: toY(value) }));
      parts.push(svg("text", { class: "tick-words tick-end", x: left - 0.4 * em, y: toY(value) + 0.35 * em },
        (look.tick ?? tickWords)(value)));
    }
    for (const value of ticksOf(0, last, Math.max(2, Math.floor((width - left - right) / (5.5 * em)))))
      parts.push(svg("text", { class: "tick-words", x: toX(value), y: height - bottom + 1.3 * em }, tickWords(value)));
    parts.push(svg("text", { class: "axis-name", x: left + (width - left - right) / 2, y: height - 0.3 * em }, look.x));
    const inside = svg("svg", { x: left, y: 0, width: width - left, height: height - bottom + 1,
      viewBox: `${left} 0 ${width - left} ${height - bottom + 1}` });
    for (const entry of shown) {
      inside.append(svg("path", { class: entry.look, d: pathOf(entry, toX, toY, width) }));
      if (entry.dots)
        for (let i = 0; i < entry.x.length; i++)
          if (Number.isFinite(entry.y[i]))
            parts.push(svg("circle", { class: entry.look, cx: toX(entry.x[i]), cy: toY(entry.y[i]), r: 0.22 * em }));
    }
    parts.push(inside);
    if (cursor !== null && shown.length)
      parts.push(svg("line", { class: "cursor", x1: toX(cursor), x2: toX(cursor), y1: top, y2: height - bottom }));
    drawing.replaceChildren(...parts);
    tell();
  }

  /** The words under the chart, and those for a screen reader. */
  function tell() {
    const words = cursor === null || !shown.length ? said : wordsAt(cursor);
    readout.textContent = words;
    plot.setAttribute("aria-valuemax", String(last));
    plot.setAttribute("aria-valuenow", String(cursor ?? 0));
    plot.setAttribute("aria-valuetext", words);
  }

  /** @param {number} x */
  function wordsAt(x) {
    const values = shown.flatMap((entry) => {
      const at = chartIndex(entry.x, x), value = entry.y[at];
      if (at < 0 || !Number.isFinite(value)) return [];
      return `${entry.words} ${look.format(value)}`;
    });
    return `${look.place(x)}: ${values.join(", ")}`;
  }

  /** Put the cursor on the point nearest to x. @param {number} x */
  function moveTo(x) {
    if (!shown.length) return;
    const finest = shown.reduce((a, b) => (b.x.length > a.x.length ? b : a)).x;
    const at = Math.max(0, chartIndex(finest, x)), next = Math.min(finest.length - 1, at + 1);
    cursor = Math.abs(finest[next] - x) < Math.abs(finest[at] - x) ? finest[next] : finest[at];
    later();
  }

  function follow(/** @type {PointerEvent} */ event) {
    const box = plot.getBoundingClientRect(), { left, right } = sizes();
    moveTo(((event.clientX - box.left - left) / (box.width - left - right)) * last);
  }
  const leave = () => {
    cursor = null;
    later();
  };
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow);
  plot.addEventListener("pointerleave", leave);
  plot.addEventListener("blur", leave);
  plot.addEventListener("keydown", (event) => {
    if (!shown.length) return;
    const finest = shown.reduce((a, b) => (b.x.length > a.x.length ? b : a)).x;
    const at = cursor === null ? finest.length : chartIndex(finest, cursor), many = Math.ceil(finest.length / 20);
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0,
      End: finest.length - 1, PageDown: at - many, PageUp: at + many }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    cursor = finest[Math.max(0, Math.min(finest.length - 1, to))];
    later();
  });
  const sized = new ResizeObserver(later);
  sized.observe(plot);
  return { element, show, close: () => sized.disconnect() };
}

/** The axis from bottom to top. A few very large values do not make all others small.
 * @param {ChartLook} look @param {Series[]} series @returns {[number, number]}
 */
function chartRange(look, series) {
  if (look.top !== undefined) return [0, look.top];
  const values = series.flatMap(({ y }) => Array.from(y)).filter((value) => Number.isFinite(value) && (!look.log || value > 0));
  if (!values.length) return look.log ? [1e-4, 1e-1] : [0, 1];
  values.sort((a, b) => a - b);
  const top = values[Math.floor(0.995 * (values.length - 1))];
  if (!look.log) return [0, 1.05 * top || 1];
  const ends = [Math.min(values[0], 1e-4), Math.max(values[values.length - 1], 1e-2)].map(Math.log10);
  return [10 ** Math.floor(ends[0] + 1e-6), 10 ** Math.ceil(ends[1] - 1e-6)];
}

/** The place of the last x that is at most `x`, or -1. @param {ArrayLike<number>} sorted @param {number} x */
function chartIndex(sorted, x) {
  let low = -1, high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}
