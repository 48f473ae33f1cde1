// Draw: every layer's maps, those of open layers alone.

import { button, h } from "../../parts/dom.js";
import { count, t } from "../../words.js";
import { short } from "../../parts/colours.js";
import { cellAt, drawTiles, mapsOf } from "../../parts/tiles.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../engine.js").Layer} Layer */

const AT_A_TIME = 8; // milliseconds of drawing what is out of sight, so that a pen is not kept waiting
const MANY = 24; // layers; of more than these, the later ones begin closed

/** @param {Page} page */
export function layersPart(page) {
  const { layers } = /** @type {NonNullable<Page["about"]>} */ (page.about);
  /** @type {Record<string, Tensor>} */
  let shown = {};
  let opened = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  const parts = layers.map((layer, place) => layerPart(layer, layer.kind !== "Flatten" && (layers.length <= MANY || place < MANY / 2)));
  const list = h("div", { id: "stages" }, ...parts.map(({ details }) => details));
  const all = button(t("draw.close"), () => {
    const close = parts.some(({ details }) => details.open);
    for (const { details } of parts) details.open = !close;
    all.textContent = t(close ? "draw.openAll" : "draw.close");
  }, { id: "fold" });

  /** @param {Layer} layer @param {boolean} open */
  function layerPart(layer, open) {
    const kind = `${layer.kind}, ${layer.shape.join(" × ")}`, words = h("span", null, kind);
    const canvas = h("canvas", { role: "img", "aria-label": t("draw.output", { name: layer.name, words: kind }) });
    const maps = mapsOf(layer.shape);
    let whole = false;
    const more = button(t("draw.showAll", { count: count(maps.count) }), () => {
      whole = true;
      draw();
    });
    const details = h("details", { id: `stage-${layer.name}`, open },
      h("summary", null, h("b", null, layer.name), words), canvas, more);
    /** @type {import("../../parts/tiles.js").Tiles | null} */
    let tiles = null;

    function draw() {
      const tensor = shown[layer.name];
      if (!details.open || !tensor) return;
      const drawn = whole ? maps.count : maps.few;
      tiles = drawTiles(canvas, tensor.data, layer.shape, { room: list.clientWidth, count: drawn });
      const part = drawn < maps.count ? t("draw.firstMaps", { count: count(drawn) }) : "";
      const said = t("draw.strongest", { shape: layer.shape.join(" × "), value: short(tiles.largest), part });
      words.textContent = `${layer.kind}, ${said}`;
      canvas.setAttribute("aria-label", t("draw.output", { name: layer.name, words: said }));
      more.hidden = drawn === maps.count;
    }

    if (page.engine.can.has("explain")) {
      canvas.classList.add("pointed");
      canvas.addEventListener("click", (event) => {
        const cell = tiles && cellAt(tiles, canvas, event);
        if (cell) page.go("follow", { layer: layer.name, channel: `${cell.channel}`, y: `${cell.y}`, x: `${cell.x}` });
      });
    }
    more.hidden = true;
    details.addEventListener("toggle", () => {
      if (details.open && !shown[layer.name]) opened();
      draw();
    });
    return { details, draw, layer };
  }

  /** Draw what is in sight, and the rest after the page has shown it. */
  function redraw() {
    clearTimeout(later);
    const rest = parts.filter((part) => !part.details.dataset.seen);
    for (const part of parts) if (part.details.dataset.seen) part.draw();
    later = setTimeout(function more() {
      const until = performance.now() + AT_A_TIME;
      while (rest.length && performance.now() < until) rest.shift()?.draw();
      if (rest.length) later = setTimeout(more);
      else performance.mark("badak-all-shown");
    }, AT_A_TIME);
  }

  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries)
      /** @type {HTMLElement} */ (target).dataset.seen = isIntersecting ? "yes" : "";
  });
  for (const { details } of parts) sight.observe(details);
  new ResizeObserver(redraw).observe(list);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  const element = h("section", { class: "layers", id: "layers", "aria-labelledby": "layers-title" },
    h("div", { class: "bar" }, h("h2", { id: "layers-title" }, t("draw.layers")), all),
    h("p", { class: "hint" }, h("span", { class: "key minus" }), t("draw.below"), h("span", { class: "key plus" }), t("draw.above")),
    list);
  return {
    element,
    wanted: () => parts.filter(({ details }) => details.open).map(({ layer }) => layer.name),
    onOpen: (/** @type {() => void} */ act) => void (opened = act),
    show(/** @type {Record<string, Tensor>} */ arrays) {
      shown = arrays;
      redraw();
    },
  };
}
