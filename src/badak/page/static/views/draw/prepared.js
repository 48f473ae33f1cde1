// Draw: how the image becomes the network's input, stage by stage.

import { fill, h, tick } from "../../parts/dom.js";
import { t } from "../../words.js";
import { digitStages, usualStages } from "../../image/digit.js";
import { pictureInput } from "../../image/picture.js";
import { drawInput } from "../../parts/tiles.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {keyof import("../../image/digit.js").Stages | "invert"} Switch */

/** @param {Page} page @param {() => void} again  called when a stage was switched */
export function preparedPart(page, again) {
  const { input: shape, prepare, crop } = /** @type {NonNullable<Page["about"]>} */ (page.about);
  const row = h("ol", { class: "stages" });
  const words = h("p", { class: "hint", id: "prepared" });
  const usual = prepare === "picture" ? null : usualStages(prepare);
  /** @type {Switch[]} */
  const names = usual ? ["ink", "crop", "box", "centre"] : shape[0] === 1 ? ["invert"] : [];
  const switched = () => new Set((page.state.switched ?? "").split("-")); // those not as usual
  const isOn = (/** @type {Switch} */ name) => (name !== "invert" && usual?.[name]) !== switched().has(name);

  /** @param {ImageData} pixels @param {boolean} drawn */
  function of(pixels, drawn) {
    ways.hidden = false;
    if (!usual) {
      const input = pictureInput(pixels, shape, names.includes("invert") && isOn("invert"), crop);
      fill(row, stageOf("input", input, shape));
      return input;
    }
    const stages = { ink: isOn("ink"), crop: isOn("crop"), box: isOn("box"), centre: isOn("centre") };
    const made = digitStages(pixels, stages, drawn), last = made[made.length - 1];
    fill(row, ...made.map(({ name, plane }) => stageOf(name, plane.data, [1, plane.h, plane.w])));
    return made.length > 1 ? Float32Array.from(last.plane.data) : null;
  }

  /** Show the input alone: it was not made here. @param {Float32Array} input */
  function given(input) {
    fill(row, stageOf("input", input, shape));
    ways.hidden = true;
  }

  /** @param {string} name @param {ArrayLike<number>} data @param {number[]} size */
  function stageOf(name, data, size) {
    const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": t(`prepared.${name}`) });
    if (name === "centre" || name === "input") canvas.id = "seen";
    drawInput(canvas, data, size);
    return h("li", null, canvas, h("span", null, t(`prepared.${name}`)), h("small", null, `${size[1]} × ${size[2]}`));
  }

  /** @param {Switch} name */
  function turn(name) {
    const now = switched();
    if (!now.delete(name)) now.add(name);
    page.setState({ switched: names.filter((one) => now.has(one)).join("-") });
    again();
  }

  /** Show the switches as the link has them. */
  function update() {
    fill(ways, ...names.map((name) =>
      tick(t(name === "invert" ? "prepared.invert" : `prepared.switch.${name}`), isOn(name), () => turn(name))));
  }

  const ways = h("div", { class: "switches" });
  update();
  words.textContent = t(`prepared.why.${prepare}`, { height: shape[1], width: shape[2] });
  const element = h("section", { class: "prepared", id: "taken", "aria-labelledby": "seen-title" },
    h("h2", { id: "seen-title" }, t("prepared.title")), row, words,
    ways);
  return { element, of, given, update };
}
