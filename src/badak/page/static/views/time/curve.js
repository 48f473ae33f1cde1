// Loss and accuracy over all moments, with a line at the one that is looked at; a click goes there.

import { h } from "../../parts/dom.js";
import { colours, short } from "../../parts/colours.js";
import { percent, t } from "../../words.js";

const CURVE_TALL = 112, CURVE_LOW = 74, CURVE_NARROW = 600, CURVE_SIDE = 9, CURVE_TOP = 5, CURVE_FOOT = 5; // CSS pixels; CURVE_SIDE is half of the slider's thumb

/** @param {import("./moments.js").Moments} moments @param {(t: number) => void} go */
export function curvePart(moments, go) {
  const canvas = h("canvas", { class: "curve", role: "img" }), loss = moments.series("loss"), accuracy = moments.series("accuracy");
  const highest = Math.max(...Array.from(loss ?? []).filter(Number.isFinite), 0) || 1;
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect(), share = (event.clientX - box.left - CURVE_SIDE) / (box.width - 2 * CURVE_SIDE);
    go(Math.round(Math.min(1, Math.max(0, share)) * (moments.count - 1)));
  });

  /** @param {number} now @param {number | null} pinned */
  function update(now, pinned) {
    const width = canvas.parentElement?.clientWidth || CURVE_NARROW, ratio = window.devicePixelRatio || 1;
    const height = width < CURVE_NARROW ? CURVE_LOW : CURVE_TALL;
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    canvas.style.height = `${height}px`;
    const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    screen.scale(ratio, ratio);
    const { ink, quiet, accent, soft } = colours();
    const x = (/** @type {number} */ i) => CURVE_SIDE + (i / Math.max(1, moments.count - 1)) * (width - 2 * CURVE_SIDE);
    const y = (/** @type {number} */ share) => CURVE_TOP + (1 - share) * (height - CURVE_TOP - CURVE_FOOT);
    screen.fillStyle = soft;
    screen.fillRect(CURVE_SIDE, CURVE_TOP, width - 2 * CURVE_SIDE, height - CURVE_TOP - CURVE_FOOT);
    for (const [at, colour] of /** @type {[number | null, string][]} */ ([[pinned, quiet], [now, ink]]))
      if (at !== null) {
        screen.fillStyle = colour;
        screen.fillRect(x(at) - 0.75, CURVE_TOP, 1.5, height - CURVE_TOP - CURVE_FOOT);
      }
    drawSeries(screen, loss, highest, quiet, x, y, now);
    drawSeries(screen, accuracy, 1, accent, x, y, now);
    canvas.setAttribute("aria-label", t("time.curveWords", { count: moments.count }));
  }

  const loses = h("span", { class: "curve-loss" }), hits = h("span", { class: "curve-accuracy" });
  const element = h("div", { class: "curve-box" }, h("p", { class: "hint curve-key" }, hits, loses), canvas);
  return {
    element,
    update(/** @type {number} */ now, /** @type {number | null} */ pinned) {
      hits.textContent = accuracy ? t("time.accuracy", { value: percent(accuracy[now]) }) : "";
      loses.textContent = loss ? t("time.loss", { value: Number.isNaN(loss[now]) ? "–" : short(loss[now]), highest: short(highest) }) : "";
      update(now, pinned);
    },
  };
}

/** @param {CanvasRenderingContext2D} screen @param {ArrayLike<number> | null} values @param {number} highest
 * @param {string} colour @param {(i: number) => number} x @param {(share: number) => number} y @param {number} now
 */
function drawSeries(screen, values, highest, colour, x, y, now) {
  if (!values) return;
  screen.beginPath();
  let begun = false;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (begun) screen.lineTo(x(i), y(values[i] / highest));
    else screen.moveTo(x(i), y(values[i] / highest));
    begun = true;
  }
  [screen.strokeStyle, screen.lineWidth, screen.lineJoin] = [colour, 2, "round"];
  screen.stroke();
  if (!Number.isFinite(values[now])) return;
  screen.beginPath();
  screen.arc(x(now), y(values[now] / highest), 4.5, 0, 7);
  screen.fillStyle = colour;
  screen.fill();
}
