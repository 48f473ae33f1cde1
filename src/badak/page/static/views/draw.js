// Draw: an image goes through the network, and the prediction and all layers' maps follow it.

import { h } from "../parts/dom.js";
import { pythonCode } from "../python.js";
import { imagePart } from "./draw/image.js";
import { answerPart } from "./draw/answer.js";
import { layersPart } from "./draw/layers.js";
import { morePart } from "./draw/more.js";
import { preparedPart } from "./draw/prepared.js";

/** @typedef {import("../shell.js").Page} Page */
/** @typedef {import("../shell.js").Open} Open */

const SLOW = 80; // milliseconds; where a network blocks the page longer, it runs at the end of a stroke

/** @type {import("../shell.js").View} */
export const drawView = { name: "draw", needs: ["forward"], open: openDraw };

/** @param {Page} page @returns {Open} */
function openDraw(page) {
  const answer = answerPart(page), layers = layersPart(page), more = morePart(page);
  const prepared = preparedPart(page, () => image.changed(true));
  const image = imagePart(page, prepared, (done) => done || !page.engine.blocks || took < SLOW);
  let took = 0, running = false, again = false;

  async function run() {
    if (running) {
      again = true; // the latest image alone is worth its time
      return;
    }
    running = true;
    do {
      again = false;
      await forward();
    } while (again);
    running = false;
  }

  async function forward() {
    const { input } = page.subject;
    element.classList.toggle("empty", !input);
    if (!input) {
      answer.nothing(image.why());
      return;
    }
    const begun = performance.now();
    try {
      const { facts, arrays } = await page.look("forward", { layers: layers.wanted() });
      took = performance.now() - begun;
      if (page.subject.input !== input && again) return;
      answer.show(facts.probabilities);
      layers.show(arrays);
      more.changed(facts.probabilities);
      performance.mark("badak-shown");
    } catch (fault) {
      answer.nothing(/** @type {Error} */ (fault).message);
    }
  }

  layers.onOpen(run);
  page.onSubject(run);
  const code = () => pythonCode(page, { image: true }, [
    "probabilities = net.predict_proba(image[None])[0]",
    "print(probabilities.argmax(), probabilities.max())",
    "maps = badak.inspect.feature_maps(net, image)  # layer -> (C, H, W)",
  ]);
  const element = h("div", { class: "draw" },
    h("div", { class: "desk" }, image.element, answer.element, prepared.element),
    more.element, layers.element, page.python(code));
  image.begin();
  run();
  return {
    element,
    update() {
      prepared.update();
      image.begin();
    },
    close() {
      image.close();
      more.close();
    },
  };
}
