// The panel of one number: where the walk came from, and the number as its mode shows it.

import { button, fill, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { backwardOf } from "./backward.js";
import { followPython } from "./code.js";
import { columnsOf } from "./columns.js";
import { chooseConvolution, columnLayer, imageEnd } from "./ends.js";
import { onwardsOf } from "./onwards.js";
import { fourDigits, placeText } from "./pieces.js";
import { ENDS, flatPlace, readPlace, readTrail, shapeOf } from "./place.js";
import { readSandbox, sandboxOf, writeSandbox } from "./sandbox.js";
import { softmaxOf } from "./softmax.js";
import { stepOf } from "./step.js";

/** @typedef {import("./place.js").Place} Place */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {Record<string, Tensor>} Tensors */

const FOLLOW_MODES = ["step", "columns", "back", "sandbox"];

/** What kind of layer a number is of, and where it lies. @param {Place} place @param {string | undefined} kind */
function whereWords({ layer, index: [channel, y, x] }, kind) {
  if (layer === ENDS) return "";
  const where = y === undefined ? t("follow.whereUnit", { channel }) : t("follow.where", { channel, y, x });
  return kind ? `${kind} · ${where}` : where;
}

/** @param {import("../../shell.js").Page} page @param {import("../../engine.js").About} about
 * @param {{ go: (place: Place) => void, move: (place: Place) => void, change: (state: Record<string, string>, step?: boolean) => void,
 *   shown: (tensors: Tensors, what: "values" | "gradients") => void }} act
 */
export function panelOf(page, about, act) {
  /** @type {Drawn | null} */
  let drawn = null;
  let listed = "";
  /** @type {Place | null} */
  let at = null;
  const title = h("h2", { tabindex: -1 }), trail = h("nav", { class: "trail", "aria-label": t("follow.trail") });
  const modes = h("div", { class: "modes", role: "group", "aria-label": t("follow.modes") }), body = h("div", { class: "body" });
  const code = h("div"), backward = backwardOf(page, about, act.change);
  const element = h("section", { class: "panel", "aria-label": t("follow.panel") }, trail, title, modes, body, code);
  const mode = () => (FOLLOW_MODES.includes(page.state.mode) ? page.state.mode : "step");
  /** @type {Tensors} */
  let outputs = {};

  /** The walk that a step is drawn with. */
  function walk() {
    return { about, outputs, room: body.clientWidth || 640, go: act.go, move: act.move, weigh };
  }
  /** @param {string} parameter @param {number[]} index */
  function weigh(parameter, index) {
    act.change({ mode: "back", weight: `${parameter}@${index.join(".")}` });
  }

  /** @returns {Drawn} */
  function sandbox() {
    return sandboxOf(readSandbox(page.state.sandbox), (settings) => page.setState({ sandbox: writeSandbox(settings) }));
  }

  /** @param {Place} place @returns {Promise<Drawn>} */
  async function draw(place) {
    const { layer, index } = place, now = mode(), back = () => act.change({ mode: "back" });
    if (page.state.weight) return backward.weight(walk(), page.state.weight);
    if (now === "back") return backward.number(walk(), place);
    if (now === "columns") {
      const entry = columnLayer(about, layer);
      if (!entry) return chooseConvolution(about, act.go);
      const { facts, arrays } = await page.look("columns", { layer, index });
      return columnsOf(walk(), entry.reads[0], facts, arrays);
    }
    const onwards = onwardsOf(walk(), place, back);
    if (layer === "") return imageEnd(walk(), place, onwards, back);
    if (layer === ENDS) {
      const { facts, arrays } = await page.look("softmax", { label: index[0] });
      return softmaxOf(walk(), facts, arrays);
    }
    const { facts, arrays } = await page.look("explain", { layer, index });
    const step = stepOf(walk(), facts, arrays);
    if (onwards) step.element.append(onwards);
    return step;
  }

  /** @param {Place | null} place */
  function dress(place) {
    const active = document.activeElement, inModes = modes.contains(active), inTrail = trail.contains(active);
    const now = mode(), value = place && outputs[place.layer]?.data[flatPlace(/** @type {number[]} */ (shapeOf(about, place.layer)), place.index)];
    const kind = about.layers.find((entry) => entry.name === place?.layer)?.kind;
    if (now === "sandbox") fill(title, t("follow.mode.sandbox"));
    else if (page.state.weight) fill(title, placeText(readPlace(page.state.weight)));
    else if (place) fill(title, placeText(place), " ", h("span", { class: "number" }, `= ${fourDigits(value)}`), h("small", { class: "hint" }, " ", whereWords(place, kind)));
    fill(modes, ...FOLLOW_MODES.filter((name) => name === "sandbox" || (place && page.engine.can.has(name === "step" ? "explain" : name))).map((name) =>
      button(t(`follow.mode.${name}`), () => act.change({ mode: name, weight: "" }), { "aria-pressed": String(name === now), dataset: { mode: name } })));
    const before = now === "sandbox" ? [] : readTrail(about, page.state.trail);
    fill(trail, ...before.flatMap((earlier) => [button(placeText(earlier), () => act.go(earlier), { class: "chip place" }), h("span", { "aria-hidden": "true" }, "›")]),
      before.length && place ? h("b", null, placeText(place)) : null);
    trail.hidden = !before.length;
    if (inModes) /** @type {HTMLElement | null} */ (modes.querySelector('[aria-pressed="true"]'))?.focus();
    if (inTrail) title.focus();
  }

  /** The code is this place's; it stays open if it was. */
  function writeCode() {
    const open = code.querySelector("details")?.open, button = page.python(() => followPython(page, { place: at, mode: mode(), ...backward.target(outputs) }));
    if (open) button.setAttribute("open", "");
    fill(code, button);
  }

  /** Tell what the list of layers shows, if it is another. @param {Place | null} place */
  async function list(place) {
    if (!place) return;
    const gradients = mode() === "back" ? await backward.maps(outputs) : null, key = gradients?.key ?? "values";
    if (key !== listed) act.shown(gradients?.tensors ?? outputs, gradients ? "gradients" : "values");
    listed = key;
  }

  /** What has the focus, to be found again when the panel is drawn anew. */
  function focused() {
    const active = body.contains(document.activeElement) ? document.activeElement : null;
    return active && (/** @type {HTMLElement | null} */ (active.closest("[data-focus]"))?.dataset.focus ?? "body");
  }
  /** @param {string | null} name */
  function refocus(name) {
    if (!name) return;
    const found = body.querySelector(`[data-focus="${name}"]`) ?? body.querySelector('[data-focus="patch"], .chip.place, [data-focus]');
    const cell = found?.querySelector('td[tabindex="0"], select') ?? found ?? title;
    /** @type {HTMLElement} */ (cell).focus({ preventScroll: true });
  }

  return {
    element,
    forget: () => {
      backward.forget();
      listed = "";
    },
    focus: () => title.focus(),
    close: () => drawn?.close(),
    /** @param {Place | null} place @param {Tensors} values */
    async show(place, values) {
      [outputs, at] = [values, place];
      element.setAttribute("aria-busy", "true");
      dress(place);
      const before = focused();
      /** @type {Drawn} */
      let next;
      try {
        next = place && mode() !== "sandbox" ? await draw(place) : sandbox();
        await list(place);
      } catch (fault) {
        next = { element: h("p", { class: "fault", role: "alert" }, /** @type {Error} */ (fault).message), close: () => {} };
      }
      drawn?.close();
      drawn = next;
      fill(body, next.element);
      writeCode();
      refocus(before);
      element.removeAttribute("aria-busy");
    },
  };
}

