// The sandbox: how kernel, stride, padding and dilation decide where a window lies and how often.

import { h, fill, tick } from "../../parts/dom.js";
import { svg } from "../../parts/svg.js";
import { t } from "../../words.js";
import { slideCells, slideFormula, slidePlaces, slideRoom, slideSpan, slideUses } from "../../parts/window.js";
import { playerOf } from "./player.js";

/** @typedef {import("../../parts/window.js").Slide} Slide */
/** @typedef {{ size: number, kernel: number, stride: number, padding: number, dilation: number }} Sandbox */

/** @type {[keyof Sandbox, number, number, number][]} name, lowest, highest, at first */
const SANDBOX = [["size", 3, 16, 7], ["kernel", 1, 7, 3], ["stride", 1, 5, 2], ["padding", 0, 4, 1], ["dilation", 1, 4, 1]];
const SLIDE_CELL = 28;

/** The settings that a link holds: "7.3.2.1.1", size first. @param {string | undefined} text @returns {Sandbox} */
export function readSandbox(text) {
  const given = (text ?? "").split(".").map(Number);
  const entries = SANDBOX.map(([name, low, high, first], i) => {
    const fits = Number.isInteger(given[i]) && given[i] >= low && given[i] <= high && text;
    return [name, fits ? given[i] : first];
  });
  return Object.fromEntries(entries);
}

/** @param {Sandbox} sandbox */
export function writeSandbox(sandbox) {
  return SANDBOX.map(([name]) => sandbox[name]).join(".");
}

/** The calls that give the same size. @param {Sandbox} sandbox */
export function sandboxPython({ size, kernel, stride, padding, dilation }) {
  const window = `stride=${stride}, padding=${padding}, dilation=${dilation}`;
  return [
    "import numpy as np", "import badak", "",
    `x = np.ones((1, 1, ${size}, ${size}), np.float32)`,
    `weight = np.ones((1, 1, ${kernel}, ${kernel}), np.float32)`,
    `y = badak.ops.conv2d(x, weight, ${window})`,
    "print(y.shape)  # each number: how many cells of the input its window saw",
    "print(y[0, 0])",
  ];
}

/** @param {Sandbox} sandbox @returns {Slide} */
function slideOf({ kernel, stride, padding, dilation }) {
  return { kernel, stride, dilation, before: padding, after: padding };
}

/** The sandbox's controls, formula and drawing.
 * @param {Sandbox} first
 * @param {(sandbox: Sandbox) => void} changed
 */
export function sandboxOf(first, changed) {
  const sandbox = { ...first };
  let place = 0, counting = false;
  const formula = h("div", { class: "formula" }), drawing = h("div", { class: "slide" });
  const words = h("p", { class: "running", role: "status" });
  const player = playerOf((step) => {
    place = step;
    draw();
  });
  const sliders = SANDBOX.map(([name, low, high]) => {
    const shown = h("output", { class: "number" }, sandbox[name]);
    const slider = h("input", {
      type: "range", min: low, max: high, step: 1, value: String(sandbox[name]), name: `sandbox-${name}`,
      oninput: () => {
        sandbox[name] = Number(slider.value);
        shown.textContent = slider.value;
        settle();
        changed(sandbox);
      },
    });
    return h("label", { class: "dial" }, h("span", null, t(`follow.sandbox.${name}`)), slider, shown);
  });
  const settle = () => {
    const places = slidePlaces(slideOf(sandbox), sandbox.size);
    place = 0;
    player.set(Math.max(1, places * places), 0);
    draw();
  };
  const draw = () => {
    fill(formula, ...sandboxFormula(sandbox));
    const places = slidePlaces(slideOf(sandbox), sandbox.size);
    player.element.hidden = places < 1;
    const move = (/** @type {number} */ next) => player.go(next);
    fill(drawing, slideInput(sandbox, places < 1 ? null : place, counting), places < 1 ? null : slideOutput(sandbox, place, move));
    words.textContent = places < 1 ? slideMisfit(sandbox) : slideWords(sandbox, place);
    words.classList.toggle("fault", places < 1);
  };
  const count = tick(t("follow.sandbox.uses"), false, (on) => {
    counting = on;
    draw();
  });
  settle();
  const element = h("div", { class: "sandbox stack" },
    h("p", { class: "hint" }, t("follow.sandbox.hint")),
    h("div", { class: "dials" }, ...sliders), formula, drawing, player.element, words, count, slideLegend(),
  );
  return { element, close: player.close };
}

/** The formula with names, with numbers, and as Python counts it. @param {Sandbox} sandbox */
function sandboxFormula({ size, kernel, stride, padding, dilation }) {
  const slide = slideOf({ size, kernel, stride, padding, dilation }), room = slideRoom(slide, size);
  const term = (/** @type {string | number} */ number, /** @type {string} */ name) =>
    h("span", { class: "term" }, h("b", { class: "number" }, number), h("small", null, t(`follow.sandbox.${name}`)));
  const sign = (/** @type {string} */ text) => h("span", { class: "sign" }, text);
  const inner = [sign("("), term(size, "size"), sign("+"), term(`2·${padding}`, "padding"), sign("−"), term(dilation, "dilation"),
    sign("· ("), term(kernel, "kernel"), sign("− 1) − 1)")];
  const places = slidePlaces(slide, size), exact = `${room} / ${stride} = ${Math.round((100 * room) / stride) / 100}`;
  const divided = room % stride ? t("follow.sandbox.divided", { divided: exact, floor: places - 1 }) : exact;
  return [
    h("p", { class: "terms" }, sign("⌊"), ...inner, sign("/"), term(stride, "stride"), sign("⌋ + 1 ="),
      h("b", { class: `number result${places < 1 ? " fault" : ""}` }, places)),
    h("p", { class: "hint number" }, h("code", null, slideFormula(slide, size)), room < 0 ? "" : ` · ${divided}`),
  ];
}

/** The padded input with the window on it. @param {Sandbox} sandbox @param {number | null} place
 * @param {boolean} counting
 */
function slideInput(sandbox, place, counting) {
  const slide = slideOf(sandbox), { size, padding } = sandbox, all = size + 2 * padding;
  const places = Math.max(0, slidePlaces(slide, size)), uses = slideUses(slide, size);
  const reached = places ? (places - 1) * slide.stride + slideSpan(slide) : all;
  const row = place === null ? 0 : Math.floor(place / places), column = place === null ? 0 : place % places;
  const rows = new Set(place === null ? [] : slideCells(slide, row)), columns = new Set(place === null ? [] : slideCells(slide, column));
  const cells = [];
  for (let y = 0; y < all; y++)
    for (let x = 0; x < all; x++) {
      const out = y < padding || x < padding || y >= size + padding || x >= size + padding;
      const read = rows.has(y - padding) && columns.has(x - padding), used = uses[y] * uses[x];
      const dropped = y >= reached || x >= reached;
      const kind = read ? " read" : dropped ? " dropped" : used === 0 && places ? " unread" : "";
      cells.push(svg("rect", { class: `cell${out ? " out" : ""}${kind}`, x: x * SLIDE_CELL + 1, y: y * SLIDE_CELL + 1, width: SLIDE_CELL - 2, height: SLIDE_CELL - 2, rx: 2 }));
      if (dropped && !read && !counting) cells.push(svg("path", { class: "cross", d: `M${x * SLIDE_CELL + 7} ${y * SLIDE_CELL + 7}l${SLIDE_CELL - 14} ${SLIDE_CELL - 14}m0 ${14 - SLIDE_CELL}l${14 - SLIDE_CELL} ${SLIDE_CELL - 14}` }));
      if (counting && places) cells.push(svg("text", { class: "used", x: (x + 0.5) * SLIDE_CELL, y: (y + 0.5) * SLIDE_CELL + 4 }, String(used)));
    }
  const span = slideSpan(slide) * SLIDE_CELL;
  const window = svg("rect", { class: `window${place === null ? " fault" : ""}`, x: column * slide.stride * SLIDE_CELL, y: row * slide.stride * SLIDE_CELL, width: span, height: span, rx: 4 });
  const width = Math.max(all * SLIDE_CELL, place === null ? span : 0);
  const picture = svg("svg", {
    class: "plane", viewBox: `-3 -3 ${width + 6} ${width + 6}`, width: width + 6, role: "img",
    "aria-label": t("follow.sandbox.inputLabel", { size, padding }),
  }, ...cells, window);
  return h("figure", null, h("figcaption", null, t("follow.sandbox.input", { size, all })), picture);
}

/** The output; a cell of it is a place of the window. @param {Sandbox} sandbox
 * @param {number} place @param {(place: number) => void} move
 */
function slideOutput(sandbox, place, move) {
  const places = slidePlaces(slideOf(sandbox), sandbox.size), side = places * SLIDE_CELL;
  const cells = Array.from({ length: places * places }, (_, i) =>
    svg("rect", {
      class: `cell place${i === place ? " read" : ""}`, rx: 2, width: SLIDE_CELL - 2, height: SLIDE_CELL - 2,
      x: (i % places) * SLIDE_CELL + 1, y: Math.floor(i / places) * SLIDE_CELL + 1, onpointerenter: () => move(i), onclick: () => move(i),
    }));
  const picture = svg("svg", {
    class: "plane", viewBox: `-3 -3 ${side + 6} ${side + 6}`, width: side + 6, role: "img",
    "aria-label": t("follow.sandbox.outputLabel", { places, row: Math.floor(place / places), column: place % places }),
  }, ...cells);
  return h("figure", null, h("figcaption", null, t("follow.sandbox.output", { places })), picture);
}

/** @param {Sandbox} sandbox @param {number} place */
function slideWords(sandbox, place) {
  const slide = slideOf(sandbox), places = slidePlaces(slide, sandbox.size), uses = slideUses(slide, sandbox.size);
  const row = Math.floor(place / places), column = place % places;
  const said = [t("follow.sandbox.place", { row, column, rows: slideListed(slideCells(slide, row)), columns: slideListed(slideCells(slide, column)) })];
  const left = slideRoom(slide, sandbox.size) % slide.stride;
  const lost = Math.max(0, left - sandbox.padding), inner = uses.slice(sandbox.padding, sandbox.padding + sandbox.size);
  if (left) said.push(t(lost ? "follow.sandbox.lost" : "follow.sandbox.lostPadding", { left, lost }));
  const gaps = inner.filter((used) => !used).length - lost;
  if (gaps > 0) said.push(t("follow.sandbox.gaps", { gaps }));
  return said.join(" ");
}

/** Why no window fits, and what does. @param {Sandbox} sandbox */
function slideMisfit(sandbox) {
  const { size, kernel, padding, dilation } = sandbox, padded = size + 2 * padding;
  const fits = Math.floor((padded - 1) / dilation) + 1;
  return t("follow.sandbox.misfit", { kernel, dilation, span: slideSpan(slideOf(sandbox)), padded, fits });
}

/** @param {number[]} cells */
function slideListed(cells) {
  return cells.map((cell) => String(cell).replace("-", "−")).join(", ");
}

/** What the marks mean. */
function slideLegend() {
  const mark = (/** @type {string} */ kind) => svg("svg", { class: "plane", viewBox: `0 0 ${SLIDE_CELL} ${SLIDE_CELL}`, width: 18, "aria-hidden": "true" },
    svg("rect", { class: `cell ${kind}`, x: 1, y: 1, width: SLIDE_CELL - 2, height: SLIDE_CELL - 2, rx: 2 }),
    kind === "dropped" && svg("path", { class: "cross", d: `M7 7l${SLIDE_CELL - 14} ${SLIDE_CELL - 14}m0 ${14 - SLIDE_CELL}l${14 - SLIDE_CELL} ${SLIDE_CELL - 14}` }));
  const marks = ["read", "out", "dropped", "unread"].map((kind) =>
    h("span", { class: "mark" }, /** @type {any} */ (mark(kind)), t(`follow.sandbox.marks.${kind}`)));
  return h("p", { class: "hint legend" }, ...marks);
}
