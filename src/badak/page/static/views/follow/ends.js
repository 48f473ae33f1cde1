// Where there is no step to draw: at the image, and where im2col has nothing to show.

import { button, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { still } from "./other.js";
import { hereOf } from "./pieces.js";

/** @typedef {import("../../engine.js").About} About */
/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./place.js").Place} Place */

const COLUMN_KINDS = ["Conv2d", "TableConv2d"];
const MOST_CHOICES = 24;

/** The layer of a number, if im2col computes it. @param {About} about @param {string} layer */
export function columnLayer(about, layer) {
  return about.layers.find((entry) => entry.name === layer && COLUMN_KINDS.includes(entry.kind));
}

/** The convolutions to choose one of. @param {About} about @param {(place: Place) => void} go */
export function chooseConvolution(about, go) {
  const middle = (/** @type {number[]} */ shape) => shape.map((size, axis) => (axis ? size >> 1 : 0));
  const choices = about.layers.filter((entry) => COLUMN_KINDS.includes(entry.kind)).slice(0, MOST_CHOICES)
    .map((entry) => button(entry.name, () => go({ layer: entry.name, index: middle(entry.shape) }), { class: "chip" }));
  return still(h("p", null, t(choices.length ? "follow.columns.choose" : "follow.columns.none")), h("div", { class: "tools" }, ...choices));
}

/** The image's own pixel. @param {Walk} walk @param {Place} place @param {HTMLElement | null} onwards @param {() => void} back */
export function imageEnd(walk, place, onwards, back) {
  return still(h("p", null, t("follow.imageEnd")), hereOf(walk, place), h("div", { class: "tools" }, button(t("follow.toBack"), back)), onwards);
}
