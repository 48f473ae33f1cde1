// What excites a channel most: images of the data set, and one made by climbing.

import { button, fill, h } from "../../parts/dom.js";
import { colours, short } from "../../parts/colours.js";
import { drawInput } from "../../parts/tiles.js";
import { roving, rovingStop } from "../../parts/roving.js";
import { count, t } from "../../words.js";
import { sampleOf } from "../draw/samples.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../engine.js").TopPatches} TopPatches */
/** @typedef {{ facts: TopPatches, images: Tensor }} Found */
/** @typedef {{ facts: { first: number, last: number }, image: Tensor }} Made */

const SEARCHES = [200, 1000, 4000, 10_000]; // images searched, more with each part
const SEARCHED_UNASKED = 1000; // as many are searched without being asked for
const SLOW_SEARCH = 3000; // milliseconds of a part after which no more is searched unasked
const CLIMB_DRAFT = 20, CLIMB_STEPS = 200;
// Milliseconds until one who walks through the filters stops, or one who edits.
const EXCITES_WAIT = 250, EDITED_WAIT = 1000;

/** @param {Page} page @param {import("./bench.js").Bench} bench */
export function excitesPart(page, bench) {
  const searched = h("p", { class: "hint", role: "status" }), climbed = h("p", { class: "hint", role: "status" });
  const grid = h("div", { class: "patches", role: "group", "aria-label": t("filters.patches") });
  const more = button("", () => void search(SEARCHES[level]), { hidden: true, id: "search-more" });
  const whole = h("canvas", { role: "img", class: "pixels", "aria-label": t("filters.images") }), wholeWords = h("figcaption", { class: "hint" });
  const made = h("canvas", { role: "img", class: "pixels", id: "maximized", "aria-label": t("filters.made") });
  const look = button(t("filters.look"), lookAt, { id: "look" });
  /** @type {Map<string, { found: Found | null, level: number, made: Made | null }>} */
  const kept = new Map();
  /** @type {Found | null} */
  let found = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let wanted = 0, level = 0, shown = "", pointed = 0, edits = page.edits;
  roving(grid, () => /** @type {HTMLElement[]} */ ([...grid.children]), (tile) => tile.click());

  const key = () => JSON.stringify([page.network, bench.at.layer.name, bench.at.filter, page.edits]);

  /** Begin for the filter that is chosen; what runs for another is not gone on with. */
  function update() {
    if (key() === shown) return;
    const wait = page.edits === edits ? EXCITES_WAIT : EDITED_WAIT;
    edits = page.edits;
    shown = key();
    wanted++;
    clearTimeout(timer);
    if (!kept.has(shown)) kept.set(shown, { found: null, level: 0, made: null });
    if (kept.size > 60) kept.delete(kept.keys().next().value ?? "");
    const known = kept.get(shown);
    level = known?.level ?? 0;
    element.classList.add("stale");
    if (known?.found) showFound(known.found);
    if (known?.made) showMade(known.made, CLIMB_STEPS);
    if (!known?.found || !known.made) timer = setTimeout(begin, wait);
  }

  async function begin() {
    const mine = wanted;
    if (page.about?.images) await search(SEARCHES[0]);
    if (mine === wanted && !kept.get(shown)?.made) await climb();
    if (mine === wanted) element.classList.remove("stale");
  }

  /** Search the first images, and unasked some more. @param {number} images */
  async function search(images) {
    const mine = wanted, own = shown, begun = performance.now();
    const { layer, filter } = bench.at, total = found?.facts.total;
    more.hidden = true;
    searched.textContent = t("filters.searching", { count: count(total ? Math.min(images, total) : images) });
    try {
      const { facts, arrays } = await page.look("top_patches", { layer: layer.name, channel: filter, images, k: 9 });
      const answer = { facts, images: arrays.images }, place = SEARCHES.indexOf(images) + 1;
      const entry = kept.get(own);
      if (entry) Object.assign(entry, { found: answer, level: place });
      if (mine !== wanted) return;
      level = place;
      showFound(answer);
      const next = SEARCHES[level], quick = performance.now() - begun < SLOW_SEARCH;
      if (next && next <= SEARCHED_UNASKED && quick && facts.searched < facts.total) await search(next);
    } catch (fault) {
      if (mine === wanted) searched.textContent = /** @type {Error} */ (fault).message;
    }
  }

  async function climb() {
    const mine = wanted, own = shown, { layer, filter } = bench.at;
    try {
      for (const steps of [CLIMB_DRAFT, CLIMB_STEPS]) {
        climbed.textContent = t("filters.climbing", { steps });
        const { facts, arrays } = await page.look("maximize_activation", { layer: layer.name, channel: filter, steps });
        const answer = { facts, image: arrays.image }, entry = kept.get(own);
        if (entry && steps === CLIMB_STEPS) entry.made = answer;
        if (mine !== wanted) return;
        showMade(answer, steps);
      }
    } catch (fault) {
      if (mine === wanted) climbed.textContent = /** @type {Error} */ (fault).message;
    }
  }

  /** @param {Found} answer */
  function showFound(answer) {
    found = answer;
    const { facts, images } = answer, shape = images.shape.slice(1), size = images.data.length / images.shape[0];
    const next = SEARCHES[level], rest = facts.searched < facts.total;
    const same = facts.values[0] === facts.values[facts.values.length - 1];
    searched.textContent = t(same ? "filters.searchedSame" : "filters.searched", { count: count(facts.searched), total: count(facts.total) });
    more.hidden = !next || !rest;
    more.textContent = t("filters.searchMore", { count: count(Math.min(next ?? 0, facts.total)) });
    fill(grid, ...facts.indices.map((_, i) => {
      const canvas = h("canvas", { class: "pixels", "aria-hidden": "true" });
      drawPatch(canvas, images.data.subarray(i * size, (i + 1) * size), shape, facts.corners[i], facts.size);
      const tile = h("button", { type: "button", class: "patch", "aria-label": patchWords(i) }, canvas, h("span", { class: "number" }, short(facts.values[i])));
      tile.addEventListener("click", () => point(i));
      tile.addEventListener("pointerenter", () => point(i));
      return tile;
    }));
    point(0);
  }

  /** @param {number} i */
  function patchWords(i) {
    const { facts } = /** @type {Found} */ (found);
    return t("filters.patch", { number: count(facts.indices[i]), name: page.about?.classes[facts.labels[i]] ?? "", value: short(facts.values[i]) });
  }

  /** Show the whole image of one patch, with a frame around the patch. @param {number} i */
  function point(i) {
    if (!found) return;
    pointed = i;
    const { facts, images } = found, shape = images.shape.slice(1), size = images.data.length / images.shape[0];
    const tiles = /** @type {HTMLElement[]} */ ([...grid.children]);
    tiles.forEach((tile, place) => tile.setAttribute("aria-pressed", String(place === i)));
    rovingStop(tiles, i);
    drawFramed(whole, images.data.subarray(i * size, (i + 1) * size), shape, facts.corners[i], facts.size);
    wholeWords.textContent = patchWords(i);
    whole.setAttribute("aria-label", patchWords(i));
  }

  async function lookAt() {
    if (!found) return;
    try {
      page.setSubject((await sampleOf(page, "train", found.facts.indices[pointed])).subject);
    } catch (fault) {
      page.say(/** @type {Error} */ (fault).message);
    }
  }

  /** @param {Made} answer @param {number} steps */
  function showMade({ facts, image }, steps) {
    drawInput(made, image.data, image.shape);
    climbed.textContent = t("filters.climbed", { steps, first: short(facts.first), last: short(facts.last) });
    if (steps === CLIMB_STEPS) element.classList.remove("stale");
  }

  const searches = page.about?.images && h("div", { class: "found" },
    h("h3", null, t("filters.images")), searched, h("div", { class: "patch-row" }, grid, h("figure", null, whole, wholeWords)),
    h("div", { class: "tools" }, look, more));
  const element = h("section", { class: "filter-excites", "aria-labelledby": "excites-title" },
    h("h2", { id: "excites-title" }, t("filters.excites")),
    h("div", { class: "excites-both" }, searches || h("p", { class: "hint" }, t("filters.noImages")),
      h("div", { class: "climb" }, h("h3", null, t("filters.climb")), climbed, made)));
  return {
    element, update, close: () => clearTimeout(timer),
    /** How many images were searched. */
    found: () => found?.facts.searched ?? SEARCHED_UNASKED,
  };
}

/** Draw the part of an image that was seen; what is beyond the image is paper.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} image @param {number[]} shape
 * @param {number[]} corner @param {number[]} size
 */
function drawPatch(canvas, image, [c, h0, w0], [top, left], [height, width]) {
  // A field larger than the image would be nearly all padding: the image is shown instead.
  const large = height > h0 || width > w0;
  const [y, x, rows, columns] = large ? [0, 0, h0, w0] : [top, left, height, width];
  [canvas.width, canvas.height] = [columns, rows];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  screen.fillStyle = colours().soft;
  screen.fillRect(0, 0, columns, rows);
  screen.drawImage(pictureOf(image, [c, h0, w0]), -x, -y);
}

/** Draw an image with a frame around the box that was seen.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} image @param {number[]} shape
 * @param {number[]} corner @param {number[]} size
 */
function drawFramed(canvas, image, shape, [top, left], [height, width]) {
  const zoom = Math.max(1, Math.round(280 / shape[2]));
  [canvas.width, canvas.height] = [shape[2] * zoom, shape[1] * zoom];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  screen.imageSmoothingEnabled = false;
  screen.drawImage(pictureOf(image, shape), 0, 0, canvas.width, canvas.height);
  [screen.strokeStyle, screen.lineWidth] = ["#ff9a57", 3]; // on black in both themes
  screen.strokeRect(left * zoom, top * zoom, width * zoom, height * zoom);
}

/** @param {ArrayLike<number>} image @param {number[]} shape */
function pictureOf(image, shape) {
  const canvas = document.createElement("canvas");
  drawInput(canvas, image, shape, image instanceof Uint8Array ? 255 : 1);
  return canvas;
}
