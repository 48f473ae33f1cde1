// The confusion matrix: a table of buttons; with many classes a picture, and the confusions in a list.

import { button, h } from "../../parts/dom.js";
import { confusionColour, inkOn } from "../../parts/colours.js";
import { count, t } from "../../words.js";

/** A cell, a row (predicted is null) or a column (truth is null).
 * @typedef {{ truth: number | null, predicted: number | null }} Chosen */

/** @typedef {object} Counts
 * @property {ArrayLike<number>} cells (K, K)
 * @property {ArrayLike<number>} support (K,)
 * @property {string[]} classes
 */

const NUMBERED = 26, NARROWEST = 26; // classes, and pixels of a cell, for a table of buttons
const LISTED = 12;

/** @param {Counts} counts @param {Chosen | null} chosen @param {(chosen: Chosen) => void} choose @param {number} room */
export function matrixPart(counts, chosen, choose, room) {
  const k = counts.classes.length, side = Math.floor((room - 64) / k);
  const picture = k > NUMBERED || side < NARROWEST;
  const drawn = picture ? matrixPicture(counts, chosen, choose, room) : matrixTable(counts, chosen, choose, Math.min(side, 48));
  return h("div", { class: "confusion" }, drawn, picture && confusions(counts, choose));
}

/** @param {Counts} counts @param {number} truth @param {number} predicted */
function matrixColour({ cells, support, classes }, truth, predicted) {
  const share = support[truth] ? cells[truth * classes.length + predicted] / support[truth] : 0;
  return confusionColour(share, truth === predicted);
}

/** @param {Counts} counts @param {number} truth @param {number} predicted */
function matrixWords({ cells, classes }, truth, predicted) {
  const images = count(cells[truth * classes.length + predicted]);
  return truth === predicted
    ? t("results.cellRight", { name: classes[truth], count: images })
    : t("results.cellWrong", { truth: classes[truth], answer: classes[predicted], count: images });
}

/** @param {Counts} counts @param {Chosen | null} chosen @param {(chosen: Chosen) => void} choose @param {number} side */
function matrixTable(counts, chosen, choose, side) {
  const { classes, cells } = counts, k = classes.length;
  /** @type {HTMLButtonElement[][]} */
  const grid = [];

  /** @param {number} row @param {number} column  -1: a heading */
  function cellButton(row, column) {
    const [truth, predicted] = [row < 0 ? null : row, column < 0 ? null : column];
    const entry = h("button", { type: "button", tabindex: "-1" });
    const on = chosen !== null && chosen.truth === truth && chosen.predicted === predicted;
    entry.setAttribute("aria-pressed", String(on));
    if (truth !== null && predicted !== null) {
      const colour = matrixColour(counts, truth, predicted), images = cells[truth * k + predicted];
      entry.style.backgroundColor = `rgb(${colour.join(" ")})`;
      entry.style.color = inkOn(colour);
      entry.textContent = images ? count(images) : "";
      entry.setAttribute("aria-label", matrixWords(counts, truth, predicted));
      entry.title = matrixWords(counts, truth, predicted);
    } else {
      entry.textContent = classes[truth ?? predicted ?? 0];
      entry.title = t(truth === null ? "results.column" : "results.row", { name: entry.textContent });
      entry.setAttribute("aria-label", entry.title);
    }
    entry.addEventListener("click", () => {
      for (const other of grid.flat()) other?.setAttribute("aria-pressed", "false");
      entry.setAttribute("aria-pressed", "true");
      step(row, column);
      choose({ truth, predicted });
    });
    (grid[row + 1] ??= [])[column + 1] = entry;
    return entry;
  }

  /** @param {number} row @param {number} column */
  function step(row, column) {
    for (const other of grid.flat()) if (other) other.tabIndex = -1;
    const entry = grid[row + 1][column + 1];
    entry.tabIndex = 0;
    return entry;
  }

  const table = h("table", { class: "matrix" },
    h("caption", { class: "aloud" }, t("results.matrixHow")),
    h("thead", null, h("tr", null, h("td"), ...classes.map((_, column) => h("th", { scope: "col" }, cellButton(-1, column))))),
    h("tbody", null, ...classes.map((_, row) => h("tr", null, h("th", { scope: "row" }, cellButton(row, -1)),
      ...classes.map((_, column) => h("td", null, cellButton(row, column)))))));
  table.style.setProperty("--side", `${side}px`);
  table.addEventListener("keydown", (event) => {
    const moves = /** @type {Record<string, number[]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });
    const move = moves[event.key], row = grid.findIndex((line) => line.includes(/** @type {any} */ (event.target)));
    if (!move || row < 0) return;
    event.preventDefault();
    const column = grid[row].indexOf(/** @type {any} */ (event.target));
    const [down, across] = [row + move[0], column + move[1]];
    if (grid[down]?.[across]) step(down - 1, across - 1).focus();
  });
  step(chosen?.truth ?? (chosen ? -1 : 0), chosen?.predicted ?? (chosen ? -1 : 0));
  return h("div", { class: "framed" }, h("p", { class: "edge across" }, t("results.answer")), h("p", { class: "edge down" }, t("results.truth")), table);
}

/** @param {Counts} counts @param {Chosen | null} chosen @param {(chosen: Chosen) => void} choose @param {number} room */
function matrixPicture(counts, chosen, choose, room) {
  const k = counts.classes.length, side = Math.min(room, 640), zoom = Math.max(1, Math.floor((side * devicePixelRatio) / k));
  const canvas = h("canvas", { class: "heat", tabindex: "0", role: "application", "aria-label": t("results.matrixKeys") });
  const words = h("p", { class: "hint", "aria-live": "polite" }, t("results.matrixPoint"));
  let [row, column] = [chosen?.truth ?? 0, chosen?.predicted ?? 0];
  [canvas.width, canvas.height] = [k * zoom, k * zoom];
  canvas.style.width = `${side}px`;
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /** @param {boolean} marked */
  function draw(marked) {
    const tile = new OffscreenCanvas(k, k), inner = /** @type {OffscreenCanvasRenderingContext2D} */ (tile.getContext("2d"));
    const pixels = inner.createImageData(k, k);
    for (let i = 0; i < k * k; i++) pixels.data.set([...matrixColour(counts, Math.floor(i / k), i % k), 255], 4 * i);
    inner.putImageData(pixels, 0, 0);
    screen.imageSmoothingEnabled = false;
    screen.drawImage(tile, 0, 0, canvas.width, canvas.height);
    if (!marked) return;
    screen.strokeStyle = getComputedStyle(canvas).color;
    screen.lineWidth = 2 * devicePixelRatio;
    const reach = Math.max(zoom, 8 * devicePixelRatio), at = (/** @type {number} */ place) => (place + 0.5) * zoom - reach / 2;
    screen.strokeRect(at(column), at(row), reach, reach);
  }

  /** @param {MouseEvent} event */
  function point(event) {
    const box = canvas.getBoundingClientRect(), place = (/** @type {number} */ share) => Math.min(k - 1, Math.max(0, Math.floor(share * k)));
    [row, column] = [place((event.clientY - box.top) / box.height), place((event.clientX - box.left) / box.width)];
    words.textContent = matrixWords(counts, row, column);
  }

  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("click", (event) => {
    point(event);
    draw(true);
    choose({ truth: row, predicted: column });
  });
  canvas.addEventListener("keydown", (event) => {
    const moves = /** @type {Record<string, number[]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });
    const move = moves[event.key];
    if (move) [row, column] = [Math.min(k - 1, Math.max(0, row + move[0])), Math.min(k - 1, Math.max(0, column + move[1]))];
    else if (event.key === "Enter" || event.key === " ") choose({ truth: row, predicted: column });
    else return;
    event.preventDefault();
    words.textContent = matrixWords(counts, row, column);
    draw(true);
  });
  draw(chosen?.truth !== null && chosen?.predicted !== null && chosen !== null);
  return h("div", { class: "framed" }, h("p", { class: "edge across" }, t("results.answer")), h("p", { class: "edge down" }, t("results.truth")), canvas, words);
}

/** The most frequent confusions, as buttons. @param {Counts} counts @param {(chosen: Chosen) => void} choose */
function confusions(counts, choose) {
  const { cells, classes } = counts, k = classes.length;
  const found = [];
  for (let i = 0; i < k * k; i++)
    if (cells[i] && Math.floor(i / k) !== i % k) found.push(i);
  found.sort((a, b) => cells[b] - cells[a] || a - b);
  return h("div", null, h("h3", null, t("results.confusions")),
    h("ol", { class: "confusions" }, ...found.slice(0, LISTED).map((i) => {
      const [truth, predicted] = [Math.floor(i / k), i % k];
      return h("li", null, button(t("results.mistaken", { truth: classes[truth], answer: classes[predicted] }),
        () => choose({ truth, predicted }), { class: "quiet" }), h("span", { class: "number" }, count(cells[i])));
    })));
}
