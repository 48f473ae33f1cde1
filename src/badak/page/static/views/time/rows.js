// Numbers over time, one line for each layer, with the value at the moment that is looked at.

import { button, fill, h } from "../../parts/dom.js";
import { colours } from "../../parts/colours.js";
import { t, count } from "../../words.js";

const TIME_ROWS = 10, TIME_ROW_HEIGHT = 28;

/** @typedef {object} Kind  of numbers
 * @property {string} kind  "dead" or "ratios": the series are "dead.NAME"
 * @property {string[]} names
 * @property {(value: number) => number} share  how high a value stands, from 0 to 1
 * @property {(value: number) => string} words
 */

/** @param {import("./moments.js").Moments} moments @param {Kind} kind */
export function rowsPart(moments, { kind, names, share, words }) {
  const list = h("ul", { class: "time-lines" });
  const all = button("", () => {
    whole = true;
    build();
    update(...last);
  }, { class: "quiet" });
  const element = h("div", null, list, all);
  /** @type {{ canvas: HTMLCanvasElement, value: HTMLElement, before: HTMLElement, series: ArrayLike<number> }[]} */
  let rows = [];
  let whole = names.length <= TIME_ROWS;
  /** @type {[number, number | null]} */
  let last = [0, null];

  function build() {
    const shown = whole ? names : names.slice(0, TIME_ROWS);
    rows = shown.map((name) => ({
      canvas: h("canvas", { "aria-hidden": "true" }), value: h("b", { class: "number" }), before: h("span", { class: "number was" }),
      series: moments.series(`${kind}.${name}`) ?? [],
    }));
    fill(list, ...rows.map(({ canvas, value, before }, i) =>
      h("li", null, h("span", { class: "name", title: shown[i] }, shown[i]), canvas, before, value)));
    all.hidden = whole;
    all.textContent = t("time.allRows", { count: count(names.length) });
  }

  /** @param {number} now @param {number | null} pinned */
  function update(now, pinned) {
    last = [now, pinned];
    for (const { canvas, value, before, series } of rows) {
      value.textContent = Number.isFinite(series[now]) ? words(series[now]) : "–";
      before.textContent = pinned === null ? "" : `${Number.isFinite(series[pinned]) ? words(series[pinned]) : "–"} →`;
      drawTimeRow(canvas, series, share, now, pinned);
    }
  }

  build();
  return { element, update };
}

/** @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} series @param {(value: number) => number} share
 * @param {number} now @param {number | null} pinned */
function drawTimeRow(canvas, series, share, now, pinned) {
  const width = canvas.clientWidth || 160, ratio = window.devicePixelRatio || 1, { line, ink, quiet, accent } = colours();
  [canvas.width, canvas.height] = [width * ratio, TIME_ROW_HEIGHT * ratio];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  screen.scale(ratio, ratio);
  const x = (/** @type {number} */ i) => 2 + (i / Math.max(1, series.length - 1)) * (width - 4);
  const y = (/** @type {number} */ i) => 3 + (1 - Math.min(1, Math.max(0, share(series[i])))) * (TIME_ROW_HEIGHT - 6);
  screen.fillStyle = line;
  screen.fillRect(0, TIME_ROW_HEIGHT - 1, width, 1);
  for (const [at, colour] of /** @type {[number | null, string][]} */ ([[pinned, quiet], [now, ink]]))
    if (at !== null) {
      screen.fillStyle = colour;
      screen.fillRect(x(at) - 0.5, 0, 1, TIME_ROW_HEIGHT);
    }
  screen.beginPath();
  for (let i = 0, begun = false; i < series.length; i++) {
    if (!Number.isFinite(series[i])) continue;
    if (begun) screen.lineTo(x(i), y(i));
    else screen.moveTo(x(i), y(i));
    begun = true;
  }
  [screen.strokeStyle, screen.lineWidth] = [accent, 1.75];
  screen.stroke();
}
