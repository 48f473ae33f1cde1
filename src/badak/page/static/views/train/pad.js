// A small pad beside the maps: what is drawn is the image that the training's looks show.

import { button, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { makePad } from "../../image/pad.js";
import { digitStages, usualStages } from "../../image/digit.js";
import { pictureInput } from "../../image/picture.js";
import { rememberedInput } from "../../subject.js";

/** @typedef {import("../../shell.js").Page} Page */

/** @param {Page} page @param {NonNullable<Page["about"]>} about  of a network with the training's images */
export function watchedPad(page, { input: shape, prepare, crop }) {
  const canvas = h("canvas", { id: "pad", tabindex: "0", role: "application", "aria-label": t("draw.area"), "aria-describedby": "pad-keys" });
  const pen = h("div", { id: "pen", hidden: true });
  const stages = prepare === "picture" ? null : usualStages(prepare);
  const pad = makePad(canvas, pen, { size: shape.slice(1), whole: Boolean(stages), drawable: true }, changed);
  let waiting = false;

  function changed() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const pixels = pad.pixels(), input = pixels && made(pixels);
      if (!input) return; // the image before stays
      page.setSubject({ input, source: "ink" });
      page.setState({ source: "ink", ink: rememberedInput(input) });
    });
  }

  /** @param {ImageData} pixels */
  function made(pixels) {
    if (!stages) return pictureInput(pixels, shape, false, crop);
    const all = digitStages(pixels, stages, true);
    return all.length > 1 ? Float32Array.from(all[all.length - 1].plane.data) : null;
  }

  pad.clear();
  return h("div", { class: "small-pad" }, h("div", { id: "frame" }, canvas, pen),
    h("div", { class: "row" }, button(t("draw.clear"), () => pad.clear(), { class: "quiet", id: "clear" }),
      h("span", { class: "hint", id: "pad-keys" }, t("train.padHint"))));
}
