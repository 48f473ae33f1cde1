// Filters: every layer's filters, what excites each of them, and what follows if one is changed.

import { fill, h } from "../parts/dom.js";
import { latest } from "../parts/latest.js";
import { pythonCode, quoted } from "../python.js";
import { t } from "../words.js";
import { rememberedInput } from "../subject.js";
import { Bench } from "./filters/bench.js";
import { chosenPart } from "./filters/chosen.js";
import { effectPart, layersAfter } from "./filters/effect.js";
import { excitesPart } from "./filters/excites.js";
import { overviewPart } from "./filters/overview.js";

/** @typedef {import("../shell.js").Page} Page */

/** @type {import("../shell.js").View} */
export const filtersView = { name: "filters", needs: ["filter_layers", "filters", "forward"], open: openFilters };

/** @param {Page} page @returns {import("../shell.js").Open} */
function openFilters(page) {
  const bench = new Bench(page);
  const overview = overviewPart(page, bench, choose), chosen = chosenPart(page, bench, choose);
  const effect = effectPart(page), excites = excitesPart(page, bench);
  const element = h("div", { class: "filters" });
  const theme = matchMedia("(prefers-color-scheme: dark)");
  /** @type {{ key: string, input: Float32Array | null, answer: import("./filters/effect.js").Forward } | null} */
  let trained = null;

  /** @param {Record<string, string>} change @param {boolean} [step] */
  function choose(change, step) {
    page.setState(change, step);
    update();
  }

  async function update() {
    try {
      if (!(await bench.load())) return;
    } catch (fault) {
      fill(element, h("p", { class: "empty-state" }, /** @type {Error} */ (fault).message));
      return;
    }
    if (!bench.layers.length) {
      fill(element, h("p", { class: "empty-state" }, t("filters.none")));
      return;
    }
    if (!element.childElementCount) dress();
    show();
    excites.update();
    await run();
  }

  /** Draw what is known without asking. */
  function show() {
    overview.update();
    chosen.update();
  }

  const run = latest(async (/** @type {void} */ _) => {
    const { input } = page.subject, { layer } = bench.at, names = layersAfter(page, layer.name);
    const layers = layer.source ? [layer.source, ...names] : names;
    if (!input) {
      chosen.show(null, null);
      effect.show(null, null, names);
      return;
    }
    try {
      const key = layers.join();
      if (trained?.key !== key || trained.input !== input) {
        const asked = { network: page.network, input, layers };
        trained = { key, input, answer: await page.engine.ask("forward", asked) };
      }
      const after = page.edits.length ? await page.look("forward", { layers }) : trained.answer;
      if (layer !== bench.at.layer) return;
      chosen.show(after.arrays, input);
      effect.show(trained.answer, after, names);
      performance.mark("badak-filters-shown");
    } catch (fault) {
      page.say(/** @type {Error} */ (fault).message);
    }
  });

  function changed() {
    const { source, input } = page.subject, ink = source === "ink" ? rememberedInput(input) : "";
    if (page.state.source !== source || page.state.ink !== ink) page.setState({ source, ink });
    if (!bench.loaded) return;
    show();
    excites.update();
    void run();
  }

  function dress() {
    fill(element,
      h("div", { class: "filter-desk" }, overview.element, chosen.element, effect.element),
      effect.maps, excites.element, page.python(code));
  }

  function code() {
    const { layer, filter } = bench.at, { found } = excites;
    return pythonCode(page, { image: true, images: Boolean(page.about?.images && page.code.images) }, [
      `filters = badak.inspect.filters(net, ${quoted(layer.name)})  # (F, C, KH, KW)`,
      `print(filters[${filter}])`,
      ...(page.subject.input ? [
        `print(badak.inspect.feature_maps(net, image)[${quoted(layer.name)}][${filter}])`,
        "print(net.predict_proba(image[None])[0])"] : []),
      ...(page.about?.images && page.code.images ? [
        `found = badak.inspect.top_patches(net, train[:${found()}], ${quoted(layer.name)}, ${filter}, k=min(9, len(train)))`,
        "badak.inspect.draw.top_patches(found)"] : []),
      `made = badak.inspect.maximize_activation(net, ${quoted(layer.name)}, ${filter})`,
      "badak.inspect.draw.maximize_activation(made)",
    ]);
  }

  const redraw = () => void update();
  theme.addEventListener("change", redraw);
  page.onSubject(changed);
  void update();
  return {
    element, update: redraw,
    close() {
      excites.close();
      theme.removeEventListener("change", redraw);
    },
  };
}
