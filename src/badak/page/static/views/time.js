// Time machine: a run from its first step to its last, moment by moment.

import { button, choice, fill, h } from "../parts/dom.js";
import { short } from "../parts/colours.js";
import { latest } from "../parts/latest.js";
import { quoted } from "../python.js";
import { count, percent, t } from "../words.js";
import { confusionPart } from "./time/confusion.js";
import { curvePart } from "./time/curve.js";
import { Moments } from "./time/moments.js";
import { filterTiles, mapTiles, seesColours } from "./time/pictures.js";
import { playButton } from "./time/play.js";
import { rowsPart } from "./time/rows.js";

/** @typedef {import("../shell.js").Page} Page */

/** @type {import("../shell.js").View} */
export const timeView = { name: "time", needs: ["timeline", "moment"], open: openTime };

const RATIO_DECADES = [-5, -1]; // powers of ten between which update ratios are drawn

/** @param {Page} page @returns {import("../shell.js").Open} */
function openTime(page) {
  const element = h("div", { class: "time" }, h("p", { class: "hint", role: "status" }, t("time.loading")));
  /** @type {ReturnType<typeof machinePart> | null} */
  let machine = null;
  let open = true;

  async function load() {
    try {
      const { facts, arrays } = await page.engine.ask("timeline", { network: page.network });
      if (!open) return;
      if (!facts.recorded) {
        fill(element, nothingPart(facts.path));
        return;
      }
      machine = machinePart(page, new Moments(page, facts, arrays));
      fill(element, machine.element);
      machine.update();
    } catch (fault) {
      fill(element, h("p", { class: "empty-state" }, /** @type {Error} */ (fault).message));
    }
  }

  void load();
  return {
    element, update: () => machine?.update(),
    close() {
      open = false;
      machine?.close();
    },
  };
}

/** What to do if nothing was recorded. @param {string | null} path of the run */
function nothingPart(path) {
  return h("section", { class: "empty-state" }, h("h2", null, t("time.title")),
    h("p", null, path ? t("time.none", { path }) : t("time.noRun")),
    h("pre", { class: "command", tabindex: "0", "aria-label": t("time.command") }, "badak train digits --snapshots 20"),
    h("p", null, t("time.how")));
}

/** @param {Page} page @param {Moments} moments */
function machinePart(page, moments) {
  const { facts } = moments, layers = facts.layers;
  const slider = h("input", { type: "range", id: "time-step", min: "0", max: String(moments.count - 1), step: "1", "aria-label": t("time.slider") });
  const curve = curvePart(moments, go), said = h("p", { id: "time-said", class: "number" });
  const pin = button("", () => page.setState({ pin: pinned() === null ? String(moments.steps[now()]) : "" }), { id: "pin" });
  const play = playButton(() => {
    go(now() === moments.count - 1 ? 0 : now() + 1);
    return now() < moments.count - 1;
  });
  const sides = [sidePart(moments), sidePart(moments)];
  const dead = rowsPart(moments, { kind: "dead", names: facts.rectifiers, share: (value) => value, words: percent });
  const ratios = rowsPart(moments, { kind: "ratios", names: facts.weights, share: ratioHeight, words: short });

  const now = () => moments.of(Number(page.state.step || moments.steps[moments.count - 1]));
  const pinned = () => (page.state.pin ? moments.of(Number(page.state.pin)) : null);
  const layer = () => (layers.includes(page.state.layer) ? page.state.layer : layers[0]);

  /** @param {number} place */
  function go(place) {
    page.setState({ step: String(moments.steps[place]) });
    update();
  }

  slider.addEventListener("input", () => go(Number(slider.value)));
  slider.addEventListener("keydown", (event) => {
    if (event.key === " ") play.toggle();
    else if (event.key === "p") pin.click();
    else return;
    event.preventDefault();
  });
  pin.addEventListener("click", update);

  const draw = latest(async (/** @type {void} */ _) => {
    const [at, held] = [now(), pinned()];
    try {
      if (held !== null) sides[0].update(await moments.at(held), layer(), moments.steps[held], true);
      sides[1].update(await moments.at(at), layer(), moments.steps[at], held !== null);
      performance.mark("badak-moment-shown");
    } catch (fault) {
      play.stop();
      page.say(/** @type {Error} */ (fault).message);
    }
  });

  function update() {
    const [at, held] = [now(), pinned()];
    slider.value = String(at);
    const words = t("time.step", { step: count(moments.steps[at]), last: count(moments.steps[moments.count - 1]) });
    said.textContent = words;
    slider.setAttribute("aria-valuetext", words);
    pin.textContent = held === null ? t("time.pin") : t("time.unpin", { step: count(moments.steps[held]) });
    pin.setAttribute("aria-pressed", String(held !== null));
    both.classList.toggle("pinned", held !== null);
    sides[0].element.hidden = held === null;
    curve.update(at, held);
    dead.update(at, held);
    ratios.update(at, held);
    scales.textContent = scaleWords(moments, layer());
    void draw();
  }

  const scales = h("p", { class: "hint" });
  const chooser = layers.length > 1 && choice(t("time.layer"), layers.map((value) => ({ value, words: value })), layer(), (value) => {
    page.setState({ layer: value });
    update();
  });
  const both = h("div", { class: "both" }, sides[0].element, sides[1].element);
  const element = h("div", { class: "stack wide" },
    h("section", { class: "time-line", "aria-labelledby": "time-title" },
      h("div", { class: "bar" }, h("h2", { id: "time-title" }, t("time.title")), said),
      curve.element, slider,
      h("div", { class: "tools" }, play.element, pin, h("span", { class: "hint time-keys" }, t("time.keys")))),
    h("section", { class: "time-pictures", "aria-label": t("time.pictures") },
      h("div", { class: "time-layer" }, chooser, scales), both),
    h("div", { class: "time-health" },
      h("section", { "aria-labelledby": "dead-title" }, h("h2", { id: "dead-title" }, t("time.dead")),
        h("p", { class: "hint" }, t("time.deadWords")), dead.element),
      h("section", { "aria-labelledby": "ratio-title" }, h("h2", { id: "ratio-title" }, t("time.ratios")),
        h("p", { class: "hint" }, t("time.ratioWords")), ratios.element)),
    page.python(() => timeCode(facts.path ?? "", moments.steps[now()], layer())));
  const redraw = () => update(), theme = matchMedia("(prefers-color-scheme: dark)");
  const resized = new ResizeObserver(redraw);
  resized.observe(both);
  theme.addEventListener("change", redraw);
  return {
    element, update,
    close() {
      play.stop();
      resized.disconnect();
      theme.removeEventListener("change", redraw);
    },
  };
}

/** One moment's filters, maps and confusion matrix. @param {Moments} moments */
function sidePart(moments) {
  const title = h("h2"), filters = filterTiles(moments), maps = mapTiles(moments), confusion = confusionPart(moments);
  const drawn = moments.facts.layers.length > 0;
  const element = h("div", { class: "side" }, title,
    drawn && h("section", { class: "side-filters" }, h("h3", null, t("time.filters")), filters.element),
    drawn && h("section", { class: "side-maps" }, h("h3", null, t("time.maps")), maps.element),
    h("section", { class: "side-confusion" }, h("h3", null, t("time.confusion")), h("p", { class: "hint" }, t("time.confusionWords")), confusion.element));

  /** @param {import("./time/moments.js").Large} large @param {string} layer @param {number} step @param {boolean} titled */
  function update(large, layer, step, titled) {
    title.textContent = t("time.at", { step: count(step) });
    title.hidden = !titled;
    if (drawn) {
      filters.update(large, layer, step);
      maps.update(large, layer, step);
    }
    confusion.update(large.confusion.data, step);
  }

  return { element, update };
}

/** How high an update ratio stands between the decades. @param {number} value */
function ratioHeight(value) {
  const [low, high] = RATIO_DECADES;
  return (Math.log10(Math.max(value, 1e-12)) - low) / (high - low);
}

/** @param {Moments} moments @param {string} layer */
function scaleWords(moments, layer) {
  if (!layer) return t("time.noFilters");
  const { scales } = moments.facts, own = short(scales[`maps.${layer}`]);
  return t(seesColours(moments, layer) ? "time.scaleColours" : "time.scale", { filters: short(scales[`filters.${layer}`]), maps: own });
}

/** @param {string} path @param {number} step @param {string | undefined} layer */
function timeCode(path, step, layer) {
  const drawn = layer ? [
    `badak.inspect.draw.filters_over_time(moments, ${quoted(layer)})`,
    `badak.inspect.draw.maps_over_time(moments, ${quoted(layer)})`] : [];
  return [
    "import badak", "",
    `moments = badak.inspect.timeline(${quoted(path)})`,
    `moment = moments.at(${step})`,
    "print(moment.step, moment.accuracy, moment.dead, moment.ratios)",
    "print(moment.confusion)",
    ...drawn,
    "badak.inspect.draw.health_over_time(moments)", "",
  ].join("\n");
}
