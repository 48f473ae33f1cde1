// Images of an answer, side by side; one that is chosen is shown large, and opens in other views.

import { button, fill, h } from "../../parts/dom.js";
import { drawInput } from "../../parts/tiles.js";
import { count, percent, t } from "../../words.js";
import { sampleOf } from "../draw/samples.js";
import { lookAt } from "../models/known.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").Sample} Sample */
/** @typedef {import("../../engine.js").Gallery} GalleryFacts */
/** @typedef {{ facts: GalleryFacts, arrays: Record<string, import("../../engine.js").Tensor> }} GalleryAnswer */

/** @param {Page} page
 * @param {object} given
 * @param {string[]} given.classes
 * @param {string} given.images  the network whose test images these are; "" is the one looked at
 * @param {(start: number, count: number) => Promise<GalleryAnswer | null>} given.ask
 * @param {number} given.many  how many at once
 * @param {string} given.who  whose answers these are
 * @param {string} given.none  what to say if there are no images
 */
export function imageGallery(page, { classes, images, ask, many, who, none }) {
  const list = h("ul", { class: "gallery" }), more = h("div", { class: "tools" }), chosen = h("div", { class: "enlarged", "aria-live": "polite" });
  let shown = 0;

  /** @param {Sample} sample @param {ArrayLike<number>} pixels @param {number[]} shape */
  function tile(sample, pixels, shape) {
    const canvas = h("canvas", { class: "pixels", "aria-hidden": "true" });
    drawInput(canvas, pixels, shape, 255);
    const right = sample.truth === sample.predicted;
    const names = right ? classes[sample.truth] : t("results.mistaken", { truth: classes[sample.truth], answer: classes[sample.predicted] });
    const entry = button("", () => {
      for (const other of list.querySelectorAll("[aria-pressed]")) other.setAttribute("aria-pressed", "false");
      entry.setAttribute("aria-pressed", "true");
      choose(sample, canvas);
    }, { class: "sample", "aria-pressed": "false" });
    fill(entry, canvas, h("span", { class: "names" }, names), h("small", { class: "number" }, percent(sample.confidence)));
    return h("li", null, entry);
  }

  /** @param {Sample} sample @param {HTMLCanvasElement} small */
  function choose(sample, small) {
    const large = h("canvas", { class: "pixels", role: "img", "aria-label": t("results.testImage", { number: count(sample.index) }) });
    [large.width, large.height] = [small.width, small.height];
    large.getContext("2d")?.drawImage(small, 0, 0);
    const right = sample.truth === sample.predicted;
    fill(chosen, large, h("div", null,
      h("p", null, h("b", null, t("results.testImage", { number: count(sample.index) }))),
      h("p", null, t("results.isA", { name: classes[sample.truth] })),
      h("p", null, t(right ? "results.saysRight" : "results.saysWrong", {
        who, name: classes[sample.predicted], sure: percent(sample.confidence), own: percent(sample.own) })),
      h("div", { class: "tools" },
        button(t("tabs.draw"), () => openIn("draw", sample)),
        page.engine.can.has("explain") && button(t("tabs.follow"), () => openIn("follow", sample)))));
  }

  /** @param {string} view @param {Sample} sample */
  async function openIn(view, sample) {
    try {
      const { subject } = await sampleOf({ ...page, network: images || page.network }, "test", sample.index);
      const own = !images || images === page.network;
      if (!own && subject.input.length !== page.about?.input.reduce((a, b) => a * b, 1)) {
        await lookAt(page, images, view, { source: subject.source }); // it fits the network it was a test of
        return;
      }
      page.setSubject(own ? subject : { ...subject, source: "ink" });
      page.go(view, own ? { source: subject.source } : {});
    } catch (fault) {
      page.say(/** @type {Error} */ (fault).message);
    }
  }

  async function add() {
    fill(more); // pressed twice, it would add the same images twice
    try {
      const answer = await ask(shown, many);
      if (!answer) return;
      const { facts, arrays } = answer, [, ...shape] = arrays.pictures.shape;
      const size = shape.reduce((a, b) => a * b, 1);
      facts.images.forEach((sample, place) =>
        list.append(tile(sample, arrays.pictures.data.subarray(place * size, (place + 1) * size), shape)));
      shown += facts.images.length;
      fill(more,
        !facts.total && h("p", { class: "hint" }, none),
        shown < facts.total && button(t("results.more", { count: count(facts.total - shown) }), add));
    } catch (fault) {
      fill(more, h("p", { class: "hint", role: "alert" }, /** @type {Error} */ (fault).message));
    }
  }

  add();
  return h("div", { class: "pictured" }, chosen, list, more);
}
