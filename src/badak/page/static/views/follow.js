// Follow a number: what makes it, step by step, from the probabilities down to the image and back.

import { button, h } from "../parts/dom.js";
import { latest } from "../parts/latest.js";
import { rememberedInput } from "../subject.js";
import { t } from "../words.js";
import { layerMaps } from "./follow/layers.js";
import { fieldOf } from "./follow/field.js";
import { ENDS, firstPlace, placeState, readTrail, samePlace, statePlace, writeTrail } from "./follow/place.js";
import { panelOf } from "./follow/panel.js";

/** @typedef {import("../shell.js").Page} Page */
/** @typedef {import("../shell.js").Open} Open */
/** @typedef {import("../engine.js").Tensor} Tensor */
/** @typedef {import("./follow/place.js").Place} Place */

/** @type {import("../shell.js").View} */
export const followView = { name: "follow", needs: ["forward", "boxes", "explain"], open: openFollow };

/** @param {Page} page @returns {Open} */
function openFollow(page) {
  const about = /** @type {import("../engine.js").About} */ (page.about);
  /** @type {Record<string, Tensor>} */
  let outputs = {};
  /** @type {Place | null} */
  let place = null;
  const field = fieldOf(page, about);
  const maps = layerMaps(about, {
    point: (under) => void pointed(under),
    choose: (chosen, byKey) => {
      go(chosen);
      if (byKey) panel.focus();
      else if (matchMedia("(max-width: 899px)").matches) panel.element.scrollIntoView({ block: "start" });
    },
  });
  const panel = panelOf(page, about, { go, move, change, shown });
  const nothing = h("div", { class: "nothing stack" }, h("p", null, t("follow.noImage")),
    button(t("follow.toDraw"), () => page.go("draw"), { class: "primary" }));
  const element = h("div", { class: "follow" }, panel.element, maps.element);

  const pointed = latest(async (/** @type {Place | null} */ under) => {
    const wanted = under ?? place;
    if (!wanted) return;
    const boxes = await field.see(wanted).catch(() => []);
    maps.light(wanted, boxes);
  });

  /** The state, and a new entry for Back if the place is another. @param {Record<string, string>} state @param {boolean} [step] */
  function change(state, step = true) {
    page.setState(state, step);
    void show(undefined);
  }
  /** @param {Place} next */
  function go(next) {
    const trail = readTrail(about, page.state.trail);
    const known = trail.findIndex((earlier) => samePlace(earlier, next));
    if (known >= 0) trail.length = known;
    else if (place && !samePlace(place, next)) trail.push(place);
    change({ ...placeState(next), trail: writeTrail(trail.slice(-12)), weight: "" });
  }
  /** @param {Place} next */
  function move(next) {
    change({ ...placeState(next), weight: "" }, false);
  }
  function back() {
    const last = readTrail(about, page.state.trail).pop();
    if (last) go(last);
  }

  const show = latest(async () => {
    if (!page.subject.input) {
      await panel.show(null, outputs);
      return;
    }
    place = statePlace(about, page.state) ?? firstPlace(about, outputs);
    await panel.show(place, outputs);
    await pointed(null);
  });

  /** Show in the list what the panel is about. @param {Record<string, Tensor>} tensors @param {"values" | "gradients"} what */
  function shown(tensors, what) {
    maps.show(tensors, what);
  }

  async function load() {
    const { input, source } = page.subject;
    page.setState({ source, ink: source === "ink" ? rememberedInput(input) : "" });
    field.forget();
    panel.forget();
    element.classList.toggle("without", !input);
    nothing.hidden = Boolean(input);
    if (!nothing.isConnected) element.prepend(nothing);
    if (input) {
      const { facts, arrays } = await page.look("forward", {});
      outputs = { ...arrays, "": { shape: about.input, data: input }, [ENDS]: { shape: [about.classes.length], data: Float32Array.from(facts.probabilities, (share) => share ?? NaN) } };
    }
    await show(undefined);
  }
  const begin = () => load().catch((fault) => page.say(fault.message));
  const theme = matchMedia("(prefers-color-scheme: dark)"), repaint = () => setTimeout(() => {
    maps.redraw();
    void show(undefined);
  });
  theme.addEventListener("change", repaint);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Backspace" || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    back();
  });
  // A panel higher than the window sticks by its lower end.
  const sticky = new ResizeObserver(() => (panel.element.style.top = `${Math.min(16, innerHeight - panel.element.offsetHeight - 16)}px`));
  sticky.observe(panel.element);
  page.onSubject(begin);
  void begin();
  return {
    element, update: () => void show(undefined),
    close() {
      theme.removeEventListener("change", repaint);
      sticky.disconnect();
      maps.close();
      panel.close();
    },
  };
}
