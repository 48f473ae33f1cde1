// All layers' maps: what one points at lights up, with all that it sees, down to the image.

import { button, h } from "../../parts/dom.js";
import { colours, short, strongest } from "../../parts/colours.js";
import { outlineBox } from "../../parts/number.js";
import { cellAt, drawInput, drawTiles, mapsOf } from "../../parts/tiles.js";
import { t } from "../../words.js";
import { ENDS, flatPlace } from "./place.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("../../engine.js").About} About */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../parts/tiles.js").Tiles} Tiles */
/** @typedef {{ layer: string, box: [number, number][], shape: number[] }} Seen  of a layer, from first up to, not with, stop */

/** @typedef {object} LayerRow
 * @property {string} layer @property {number[]} shape @property {string} kind
 * @property {HTMLElement} element @property {HTMLElement} space @property {HTMLCanvasElement} canvas
 * @property {HTMLCanvasElement} light @property {HTMLButtonElement} more
 * @property {boolean} all  whether all maps are shown
 * @property {number} first  map that is shown
 * @property {Tiles | null} tiles
 */

const DENSE_FROM = 24; // layers; more than these are drawn small
const LAYER_TILE = 72, LAYER_SMALL = 36, LAYER_IMAGE = 112, LAYER_CELL = 14, LAYER_ROWS = 3; // CSS pixels

/** @param {About} about
 * @param {{ point: (place: Place | null) => void, choose: (place: Place, byKey: boolean) => void }} act
 */
export function layerMaps(about, act) {
  /** @type {Record<string, Tensor>} */
  let values = {};
  /** @type {Seen[]} */
  let seen = [];
  /** @type {Place | null} */
  let place = null;
  let signedImage = false;
  const dense = about.layers.length > DENSE_FROM;
  const rows = [{ name: "", kind: "", shape: about.input }, ...about.layers, { name: ENDS, kind: "", shape: [about.classes.length] }]
    .map((layer) => layerRow(layer, () => paint(row(layer.name)), !dense));
  const row = (/** @type {string} */ name) => /** @type {LayerRow} */ (rows.find((entry) => entry.layer === name));

  /** @param {LayerRow} row */
  function paint(row) {
    const tensor = values[row.layer], room = row.space.clientWidth;
    if (!tensor || !room) return;
    const its = seen.find((entry) => entry.layer === row.layer) ?? null;
    const tile = row.layer === "" ? LAYER_IMAGE : dense ? LAYER_SMALL : LAYER_TILE;
    paintRow(row, tensor.data, { room, tile, rows: dense ? 2 : LAYER_ROWS, seen: its, signedImage });
    lightRow(row, its, place);
  }

  for (const entry of rows) {
    const at = (/** @type {{ clientX: number, clientY: number }} */ event) => entry.tiles && placeUnder(entry, event);
    entry.canvas.addEventListener("pointermove", (event) => {
      const under = at(event);
      entry.canvas.title = under ? titleOf(entry, values[entry.layer], under) : "";
      act.point(under || null);
    });
    entry.canvas.addEventListener("pointerleave", () => act.point(null));
    entry.canvas.addEventListener("click", (event) => {
      const under = at(event);
      if (under) act.choose(under, false);
    });
    let cursor = cursorOf(entry, null); // the keyboard's
    entry.canvas.addEventListener("focus", () => act.point((cursor = cursorOf(entry, place))));
    entry.canvas.addEventListener("blur", () => act.point(null));
    entry.canvas.addEventListener("keydown", (event) => {
      const next = movedPlace(entry.shape, cursor, event.key);
      if (event.key === "Enter") act.choose(cursor, true);
      else if (next) act.point((cursor = next));
      else return;
      event.preventDefault();
    });
  }
  const caption = h("h2", null), hint = h("p", { class: "hint" });
  const element = h("div", { class: dense ? "maps dense" : "maps" }, ...rows.map((entry) => entry.element));
  const watch = new ResizeObserver(() => rows.forEach(paint));
  watch.observe(element);
  return {
    element: h("section", { class: "network", "aria-label": t("follow.maps") }, caption, hint, element),
    close: () => watch.disconnect(),
    redraw: () => rows.forEach(paint),
    /** Show values, or gradients, of all layers.
     * @param {Record<string, Tensor>} tensors @param {"values" | "gradients"} what
     */
    show(tensors, what) {
      values = tensors;
      signedImage = what === "gradients";
      caption.textContent = t(`follow.${what}`);
      hint.textContent = t(`follow.${what}Hint`);
      row(ENDS).element.hidden = !values[ENDS];
      rows.forEach(paint);
    },
    /** Light what a place sees. @param {Place | null} chosen @param {Seen[]} boxes */
    light(chosen, boxes) {
      [place, seen] = [chosen, boxes];
      for (const entry of rows) {
        entry.element.classList.toggle("here", entry.layer === chosen?.layer);
        const its = boxes.find((box) => box.layer === entry.layer) ?? null;
        if (!entry.tiles || !isShown(entry, its)) paint(entry);
        else lightRow(entry, its, chosen);
      }
    },
  };
}

/** @param {{ name: string, kind: string, shape: number[] }} layer @param {() => void} paint
 * @param {boolean} wordy  whether the button has room for words
 * @returns {LayerRow}
 */
function layerRow({ name, kind, shape }, paint, wordy) {
  const canvas = h("canvas", { role: "application", tabindex: 0 }), light = h("canvas", { class: "light", "aria-hidden": "true" });
  const space = h("div", { class: "tiles" }, h("div", null, canvas, light));
  const more = button("", () => {
    row.all = !row.all;
    paint();
  }, { class: "quiet", hidden: true, dataset: { wordy: String(wordy) } });
  const title = name === "" ? t("follow.image") : name === ENDS ? "softmax" : name;
  const words = h("span", { class: "hint number" }, [kind, shape.join("×")].filter(Boolean).join(" · "));
  const element = h("div", { class: "layer", dataset: { layer: name } }, h("div", { class: "name" }, h("b", null, title), " ", words), space, more);
  canvas.setAttribute("aria-label", t("follow.mapsOf", { layer: title }));
  /** @type {LayerRow} */
  const row = { layer: name, shape, kind, element, space, canvas, light, more, all: false, first: 0, tiles: null };
  return row;
}

/** Whether one of the maps that are seen is among those shown. @param {LayerRow} row @param {Seen | null} seen */
function isShown({ first, tiles, canvas }, seen) {
  if (!seen || !tiles || canvas.classList.contains("image")) return true;
  return seen.box[0][0] < first + tiles.count && seen.box[0][1] > first;
}

/** Draw so many of a layer's maps as have room, among them one that is seen.
 * @param {LayerRow} row @param {Tensor["data"]} values
 * @param {{ room: number, tile: number, rows: number, seen: Seen | null, signedImage: boolean }} options
 *   tile: the side of a map; rows: of flat layers
 */
function paintRow(row, values, { room, tile, rows, seen, signedImage }) {
  const [h, w] = row.shape.length === 3 ? row.shape.slice(1) : [1, 1], { count } = mapsOf(row.shape);
  const asImage = row.layer === "" && !signedImage && (count === 1 || count === 3);
  if (asImage) {
    const zoom = Math.max(1, Math.min(Math.floor(room / w), Math.round(tile / Math.max(h, w))));
    drawInput(row.canvas, values, row.shape);
    row.canvas.style.width = `${w * zoom}px`;
    [row.first, row.more.hidden] = [0, true];
    row.tiles = { count: 1, columns: 1, gap: 0, width: w * zoom, height: h * zoom, h, w, largest: 1 };
  } else {
    const side = Math.max(h, w), flat = side === 1;
    const zoom = flat ? LAYER_CELL : Math.max(1, Math.round(tile / side));
    const gap = flat ? 2 : 6, across = Math.max(1, Math.floor((room + gap) / (w * zoom + gap)));
    const few = Math.min(count, across * (flat ? rows : 1));
    const shown = row.all ? count : few;
    row.first = Math.min(row.all ? 0 : Math.floor((seen?.box[0][0] ?? row.first) / few) * few, count - shown);
    row.tiles = drawTiles(row.canvas, values.subarray(row.first * h * w), row.shape, { room, count: shown, largest: strongest(values), wanted: flat ? LAYER_CELL : tile });
    row.more.hidden = few === count;
    const words = row.all ? t("follow.fewer") : t("follow.allMaps", { count });
    row.more.textContent = row.more.dataset.wordy === "true" ? words : row.all ? "−" : `+${count - few}`;
    row.more.setAttribute("aria-label", words);
    row.more.setAttribute("aria-expanded", String(row.all));
  }
  row.canvas.classList.toggle("image", asImage);
}

/** Fade what is not seen and outline what is. @param {LayerRow} row @param {Seen | null} seen @param {Place | null} place */
function lightRow(row, seen, place) {
  const { tiles, light, canvas } = row;
  if (!tiles) return;
  const across = tiles.columns * (tiles.width + tiles.gap) - tiles.gap;
  const down = Math.ceil(tiles.count / tiles.columns) * (tiles.height + tiles.gap) - tiles.gap, ratio = window.devicePixelRatio || 1;
  [light.width, light.height] = [Math.round((across + 4) * ratio), Math.round((down + 4) * ratio)];
  [light.style.width, light.style.height] = [`${across + 4}px`, `${down + 4}px`];
  const screen = /** @type {CanvasRenderingContext2D} */ (light.getContext("2d"));
  screen.setTransform(ratio, 0, 0, ratio, 2 * ratio, 2 * ratio);
  canvas.classList.toggle("lit", seen !== null);
  if (!seen) return;
  const [channels, ys, xs] = seen.box.length === 3 ? seen.box : [seen.box[0], [0, 1], [0, 1]];
  const own = place?.layer === row.layer; // its other numbers stay as they are: one may go on to them
  if (!own) {
    screen.fillStyle = `rgba(${colours().zero}, 0.66)`;
    screen.fillRect(0, 0, across, down);
  }
  const boxes = [];
  const [from, to] = row.canvas.classList.contains("image") ? [0, 1] : [Math.max(0, channels[0] - row.first), channels[1] - row.first];
  for (let m = from; m < Math.min(to, tiles.count); m++) {
    const box = boxOf(tiles, m, ys, xs);
    if (box[2] > 0 && box[3] > 0) boxes.push(box);
  }
  if (!own) for (const box of boxes) screen.clearRect(...box);
  const whole = ys[0] <= 0 && xs[0] <= 0 && ys[1] >= tiles.h && xs[1] >= tiles.w; // needs no outline
  if (!whole || own) for (const box of boxes) outlineBox(screen, ...box);
  if (own && tiles.h > 1) {
    screen.strokeStyle = colours().accent;
    screen.strokeRect(...boxOf(tiles, Math.min(tiles.count - 1, place.index[0] - row.first), [0, tiles.h], [0, tiles.w]));
  }
}

/** Where cells of a map lie on the canvas: left, top, width, height.
 * @param {Tiles} tiles @param {number} m @param {number[]} ys @param {number[]} xs
 * @returns {[number, number, number, number]}
 */
function boxOf(tiles, m, ys, xs) {
  const left = (m % tiles.columns) * (tiles.width + tiles.gap), top = Math.floor(m / tiles.columns) * (tiles.height + tiles.gap);
  const [y0, y1] = [Math.max(0, ys[0]), Math.min(tiles.h, ys[1])], [x0, x1] = [Math.max(0, xs[0]), Math.min(tiles.w, xs[1])];
  const [cellWidth, cellHeight] = [tiles.width / tiles.w, tiles.height / tiles.h];
  return [left + x0 * cellWidth, top + y0 * cellHeight, (x1 - x0) * cellWidth, (y1 - y0) * cellHeight];
}

/** @param {LayerRow} row @param {{ clientX: number, clientY: number }} event @returns {Place | null} */
function placeUnder(row, event) {
  const cell = row.tiles && cellAt(row.tiles, row.canvas, event);
  if (!cell) return null;
  return { layer: row.layer, index: row.shape.length === 3 ? [row.first + cell.channel, cell.y, cell.x] : [row.first + cell.channel] };
}

/** Where the keyboard stands in a layer. @param {LayerRow} row @param {Place | null} place @returns {Place} */
function cursorOf(row, place) {
  if (place?.layer === row.layer) return place;
  return { layer: row.layer, index: row.shape.length === 3 ? [0, row.shape[1] >> 1, row.shape[2] >> 1] : [0] };
}

/** The place that a key leads to, or null. Arrows move within a map, Page up and down to another.
 * @param {number[]} shape @param {Place} place @param {string} key @returns {Place | null}
 */
function movedPlace(shape, { layer, index }, key) {
  const flat = shape.length === 1;
  const moves = /** @type {Record<string, number[]>} */ ({
    ArrowLeft: flat ? [-1] : [0, 0, -1], ArrowRight: flat ? [1] : [0, 0, 1], ArrowUp: flat ? [-10] : [0, -1, 0],
    ArrowDown: flat ? [10] : [0, 1, 0], PageUp: flat ? [-100] : [-1, 0, 0], PageDown: flat ? [100] : [1, 0, 0],
  });
  const move = moves[key];
  if (!move) return null;
  return { layer, index: index.map((at, axis) => Math.min(shape[axis] - 1, Math.max(0, at + move[axis]))) };
}

/** @param {LayerRow} row @param {Tensor | undefined} tensor @param {Place} place */
function titleOf(row, tensor, { index }) {
  return tensor ? `[${index.join(", ")}]  ${short(tensor.data[flatPlace(row.shape, index)])}` : "";
}
