// The learning curves of both runs on one chart.

import { choice, h } from "../../parts/dom.js";
import { chartPlace } from "../../parts/place.js";
import { ticksOf } from "../../parts/scale.js";
import { svg } from "../../parts/svg.js";
import { short } from "../../parts/colours.js";
import { percent, t } from "../../words.js";

const WIDEST_CURVES = 900, CURVES_HIGH = 320, ROOM = { left: 64, right: 10, top: 10, bottom: 44 }; // pixels
const POINTS = 400; // of a line: more than a chart can show

/** @param {string[]} titles @param {Record<string, import("../../engine.js").Tensor>} arrays
 * @param {string} measure "accuracy" or "loss" @param {(measure: string) => void} chosen
 */
export function learningPart(titles, arrays, measure, chosen) {
  const sides = [0, 1].filter((side) => arrays[`${side}.epochs`]);
  if (!sides.length) return null;
  const lines = () => sides.flatMap((side) => [`train_${measure}`, `validation_${measure}`].map((name) => ({
    side, name, points: pointsOf(arrays[`${side}.epochs`].data, arrays[`${side}.${name}`].data) })))
    .filter(({ points }) => points.length);

  /** @param {number} wide */
  function draw(wide) {
    const drawn = lines(), all = drawn.flatMap(({ points }) => points);
    if (!all.length) return h("p", { class: "hint" }, t("compare.noCurve"));
    const last = Math.max(2, ...all.map(([epoch]) => epoch)), values = all.map(([, value]) => value);
    const low = measure === "loss" ? 0 : Math.min(...values), high = measure === "loss" ? Math.max(...values) : 1;
    const x = (/** @type {number} */ epoch) => ROOM.left + ((epoch - 1) / (last - 1)) * (wide - ROOM.left - ROOM.right);
    const y = (/** @type {number} */ value) => ROOM.top + ((high - value) / (high - low || 1)) * (CURVES_HIGH - ROOM.top - ROOM.bottom);
    const written = (/** @type {number} */ value) => (measure === "loss" ? short(value) : percent(value));
    return svg("svg", { class: "drawn", width: wide, height: CURVES_HIGH, role: "img", "aria-label": t(`compare.${measure}Curves`) },
      ...ticksOf(low, high === low ? low + 1 : high, 5).flatMap((value) => [
        svg("line", { class: "grid", x1: ROOM.left, x2: wide - ROOM.right, y1: y(value), y2: y(value) }),
        svg("text", { x: ROOM.left - 6, y: y(value) + 4, "text-anchor": "end" }, written(value))]),
      ...ticksOf(1, last, 8).filter(Number.isInteger).map((epoch) =>
        svg("text", { x: x(epoch), y: CURVES_HIGH - 26, "text-anchor": "middle" }, String(epoch))),
      svg("text", { class: "name", x: (ROOM.left + wide) / 2, y: CURVES_HIGH - 4, "text-anchor": "middle" }, t("compare.epoch")),
      ...drawn.map(({ side, name, points }) => svg("path", { class: `line side${side}${name.startsWith("train") ? " thin" : ""}`,
        d: points.map(([epoch, value], k) => `${k ? "L" : "M"}${x(epoch).toFixed(1)} ${y(value).toFixed(1)}`).join("") })),
      ...drawn.map(({ side, name, points: [[epoch, value], ...more] }) => !more.length &&
        svg("circle", { class: `side${side}`, cx: x(epoch), cy: y(value), r: name.startsWith("train") ? 2 : 4 })));
  }

  const chart = chartPlace(draw, WIDEST_CURVES);
  return h("section", { class: "learning", "aria-labelledby": "curves-title" },
    h("div", { class: "bar" }, h("h2", { id: "curves-title" }, t("compare.curves")),
      choice(t("compare.measure"), ["accuracy", "loss"].map((value) => ({ value, words: t(`compare.${value}`) })), measure, (wanted) => {
        measure = wanted;
        chosen(wanted);
        chart.again();
      })), chart.place,
    h("p", { class: "hint keys" }, ...sides.flatMap((side) => [h("span", { class: `key side${side}` }), titles[side]]),
      h("span", null, t("compare.lines"))));
}

/** What was measured, at most POINTS of it. @param {ArrayLike<number>} epochs @param {ArrayLike<number>} values */
function pointsOf(epochs, values) {
  const known = Array.from(epochs).map((epoch, k) => [epoch, values[k]]).filter(([, value]) => Number.isFinite(value));
  const step = Math.ceil(known.length / POINTS);
  return known.filter((_, k) => k % step === 0 || k === known.length - 1);
}
