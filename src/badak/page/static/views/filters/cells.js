// One slice of a filter as cells that can be changed: choose one by pointer or arrow keys; type a
// number, turn the wheel, or use the slider below.

import { button, fill, h } from "../../parts/dom.js";
import { inkOn, short, signed } from "../../parts/colours.js";
import { t } from "../../words.js";
import { drawSigned } from "./tile.js";

/** @typedef {import("./bench.js").Bench} Bench */

const CELLS_NUMBERED = 7; // with more columns a cell is too small for its number
const WEIGHT_STEPS = 20; // of keys and wheel
const WEIGHT_REACH = 2; // of the slider, in the layer's scale

/** @param {Bench} bench @param {(change: Record<string, string>) => void} choose */
export function cellsPart(bench, choose) {
  const grid = h("div", { class: "cells", role: "grid", tabindex: "0", "aria-label": t("filters.cells") });
  const field = h("input", { type: "text", inputmode: "decimal", class: "number", id: "cell-value", autocomplete: "off" });
  const slider = h("input", { type: "range", id: "cell-slider", "aria-label": t("filters.slide") });
  const name = h("label", { for: "cell-value" });
  const back = button(t("filters.resetCell"), () => put(bench.originalCell(bench.at)), { class: "quiet", id: "cell-reset" });
  const picture = h("canvas", { class: "cell-picture" }), mark = h("div", { class: "cell-mark" });
  /** @type {HTMLElement[]} */
  let cells = []; // none if they are too small for numbers: a picture then
  let shape = "";

  /** @param {number} value */
  function put(value) {
    const { filter, slice } = bench.at;
    if (Number.isFinite(value) && bench.connected(filter, slice)) bench.setCell(bench.at, value);
  }

  /** @param {number} steps */
  function nudge(steps) {
    put(Number((bench.cell(bench.at) + (steps * bench.trained.scale) / WEIGHT_STEPS).toPrecision(6)));
  }

  /** @param {number} i */
  function chooseCell(i) {
    const width = bench.at.layer.shape[3];
    choose({ y: String(Math.floor(i / width)), x: String(i % width) });
  }

  function build() {
    const [, , height, width] = bench.at.layer.shape;
    const numbered = width <= CELLS_NUMBERED && height <= CELLS_NUMBERED;
    cells = Array.from({ length: numbered ? height * width : 0 }, (_, i) =>
      h("div", { class: "cell", role: "gridcell", id: `cell-${i}` }));
    const rows = Array.from({ length: numbered ? height : 0 }, (_, y) =>
      h("div", { role: "row" }, ...cells.slice(y * width, (y + 1) * width)));
    fill(grid, ...(numbered ? rows : [picture, mark]));
    grid.setAttribute("role", numbered ? "grid" : "application");
    grid.style.setProperty("--columns", String(width));
    grid.style.setProperty("--shape", `${width} / ${height}`);
    grid.classList.toggle("numbered", numbered);
  }

  /** The slice as a picture, and a frame around the chosen cell.
   * @param {ArrayLike<number>} values @param {number} start */
  function drawPicture(values, start) {
    const { layer, y, x } = bench.at, [, , height, width] = layer.shape;
    drawSigned(picture, values, start, height, width, bench.trained.scale);
    [mark.style.left, mark.style.top] = [`${(100 * x) / width}%`, `${(100 * y) / height}%`];
    [mark.style.width, mark.style.height] = [`${100 / width}%`, `${100 / height}%`];
    grid.removeAttribute("aria-activedescendant");
    grid.setAttribute("aria-label", t("filters.cellAt", { y, x, value: short(bench.cell(bench.at)) }));
  }

  function update() {
    const { layer, filter, slice, y, x } = bench.at, [, , height, width] = layer.shape;
    if (shape !== `${height},${width}`) build();
    shape = `${height},${width}`;
    const { scale } = bench.trained, size = height * width, start = slice * size, there = bench.connected(filter, slice);
    const now = bench.edited(filter), trained = bench.original(filter);
    if (!cells.length) drawPicture(now, start);
    else grid.setAttribute("aria-activedescendant", `cell-${y * width + x}`);
    cells.forEach((cell, i) => {
      const value = now[start + i], colour = signed(value, scale), chosen = i === y * width + x;
      cell.style.backgroundColor = `rgb(${colour})`;
      cell.style.color = inkOn(colour);
      cell.textContent = there ? briefWeight(value, scale) : "–";
      cell.classList.toggle("edited", value !== trained[start + i]);
      cell.setAttribute("aria-selected", String(chosen));
    });
    const value = bench.cell(bench.at);
    name.textContent = t("filters.cell", { y, x });
    if (document.activeElement !== field) field.value = typedNumber(value);
    [slider.min, slider.max, slider.step] = [String(-WEIGHT_REACH * scale), String(WEIGHT_REACH * scale), String(scale / 100)];
    slider.value = String(value);
    slider.setAttribute("aria-valuetext", short(value));
    back.disabled = value === bench.originalCell(bench.at);
    field.disabled = slider.disabled = !there;
  }

  field.addEventListener("input", () => put(readNumber(field.value)));
  field.addEventListener("blur", update);
  field.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (step) {
      nudge(step);
      field.value = typedNumber(bench.cell(bench.at));
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === "Escape") grid.focus();
  });
  slider.addEventListener("input", () => put(Number(slider.value)));
  grid.addEventListener("pointerdown", (event) => {
    const box = grid.getBoundingClientRect(), [, , height, width] = bench.at.layer.shape;
    const y = Math.floor((height * (event.clientY - box.top)) / box.height);
    const x = Math.floor((width * (event.clientX - box.left)) / box.width);
    if (y >= 0 && x >= 0 && y < height && x < width) chooseCell(y * width + x);
  });
  grid.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && onKey(event)) event.preventDefault();
  });
  // The wheel is the page's own until the grid has been chosen.
  grid.addEventListener("wheel", (event) => {
    if (document.activeElement !== grid) return;
    event.preventDefault();
    nudge(event.deltaY < 0 ? 1 : -1);
  }, { passive: false });

  /** Whether a key meant something. @param {KeyboardEvent} event */
  function onKey({ key, shiftKey }) {
    const { y, x, layer } = bench.at, [, , height, width] = layer.shape;
    /** @type {Record<string, [number, number]>} */
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    /** @type {Record<string, number>} */
    const steps = { "+": 1, "=": 1, "_": -1, PageUp: 5, PageDown: -5 };
    const [down, along] = moves[key] ?? [0, 0];
    if (shiftKey && down) nudge(-down);
    else if (key in moves)
      chooseCell(Math.min(Math.max(y + down, 0), height - 1) * width + Math.min(Math.max(x + along, 0), width - 1));
    else if (key in steps) nudge(steps[key]);
    else if (key === "Delete" || key === "Backspace") put(0);
    else if (key === "Enter" || /^[\d.,\-−]$/.test(key)) {
      field.focus();
      field.value = ""; // the key itself goes on into the field
      if (key !== "Enter") return false;
      field.value = typedNumber(bench.cell(bench.at));
      field.select();
    } else return false;
    return true;
  }

  return { grid, tools: [name, field, slider, back], update };
}

/** A weight in as few letters as tell it apart on its layer's scale: .06, −1.2.
 * @param {number} value @param {number} scale */
function briefWeight(value, scale) {
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(scale)));
  if (decimals > 4) return short(Number(value.toPrecision(1)));
  return value.toFixed(decimals).replace(/^(-?)0\./, "$1.").replace(/^-/, "−").replace(/^−?\.?0*$/, "0");
}

/** A weight as one would type it. @param {number} value */
function typedNumber(value) {
  return String(Number(value.toPrecision(4)));
}

/** @param {string} text */
function readNumber(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".");
  return plain === "" ? NaN : Number(plain);
}
