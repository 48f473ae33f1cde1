// Results: what a network gets right and wrong on its test images, and the images behind each number.

import { button, calm, choice, fill, h } from "../parts/dom.js";
import { pythonCode } from "../python.js";
import { count, t } from "../words.js";
import { knownNetworks, opensLike } from "./models/known.js";
import { classesPart } from "./results/classes.js";
import { imageGallery } from "./results/gallery.js";
import { matrixPart } from "./results/matrix.js";
import { askUntilReady } from "./results/ready.js";
import { reliabilityPart } from "./results/reliability.js";
import { summaryPart } from "./results/summary.js";

/** @typedef {import("../shell.js").Page} Page */
/** @typedef {import("./results/matrix.js").Chosen} Chosen */

/** @type {import("../shell.js").View} */
export const resultsView = { name: "results", needs: ["results"], open: openResults };

/** @param {Page} page @returns {import("../shell.js").Open} */
function openResults(page) {
  const element = h("div", { class: "results" });
  let closed = false, turn = 0;

  async function show() {
    const now = ++turn, left = () => closed || now !== turn;
    const told = h("p", { class: "hint", role: "status" }, t("results.reading"));
    fill(element, told);
    try {
      if (!page.about?.images && !page.state.images) throw new Error(t("results.noOwn"));
      const answer = await askUntilReady(page, "results", judging(page), (words) => (told.textContent = words), left);
      if (answer) fill(element, ...measured(page, answer.facts, answer.arrays));
    } catch (fault) {
      if (!left()) fill(element, await unmeasured(page, /** @type {Error} */ (fault).message, show));
    }
  }

  show();
  return {
    element, update: show,
    close: () => {
      closed = true;
    },
  };
}

/** What is measured: the network looked at, by its own test images or another's. @param {Page} page */
function judging(page) {
  return { network: page.network, images: page.state.images ?? "" };
}

/** @param {Page} page @param {import("../engine.js").Results} facts
 * @param {Record<string, import("../engine.js").Tensor>} arrays
 */
function measured(page, facts, arrays) {
  const { classes } = facts;
  const counts = { cells: arrays.confusion.data, support: arrays.support.data, classes };
  const heading = h("h2", { id: "gallery-title" }), how = h("p", { class: "hint" }), place = h("div"), back = h("div", { class: "tools" });
  const matrix = h("div");

  /** @param {string | undefined} word of the link */
  const classOf = (word) => (word && Number(word) >= 0 && Number(word) < classes.length ? Number(word) : null);

  /** @returns {Chosen | null} */
  function chosen() {
    const found = { truth: classOf(page.state.truth), predicted: classOf(page.state.predicted) };
    return found.truth === null && found.predicted === null ? null : found;
  }

  /** @param {Chosen | null} wanted */
  function choose(wanted) {
    page.setState({ truth: String(wanted?.truth ?? ""), predicted: String(wanted?.predicted ?? "") });
    if (!wanted) drawMatrix();
    drawGallery();
    const { top, bottom } = heading.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) heading.scrollIntoView({ behavior: calm() ? "auto" : "smooth" });
  }

  function drawMatrix() {
    fill(matrix, matrixPart(counts, chosen(), choose, matrix.clientWidth || 320));
  }

  function drawGallery() {
    const cell = chosen(), images = page.state.images ?? "";
    const right = cell !== null && cell.truth === cell.predicted;
    fill(heading, cell ? cellTitle(cell, classes) : t("results.mistakes", { wrong: count(facts.wrong), count: count(facts.images) }));
    how.textContent = t(right ? "results.leastSure" : "results.surest");
    fill(back, cell && button(t("results.toMistakes"), () => choose(null)));
    const params = { ...judging(page), ...(cell ?? {}) };
    fill(place, imageGallery(page, {
      classes, images, many: 24, who: t("results.theNetwork"), none: t(cell ? "results.noImages" : "results.noMistakes"),
      ask: (start, many) => askUntilReady(page, cell ? "cell" : "mistakes", { ...params, start, count: many }, () => {}, () => !place.isConnected),
    }));
  }

  new ResizeObserver(drawMatrix).observe(matrix);
  // These numbers are of the network without edits, by its own images.
  const code = () => pythonCode({ ...page, edits: [] }, { images: true }, [
    "found = badak.inspect.predictions(net, test)",
    "print(badak.inspect.metrics(found))",
    "print(badak.inspect.confusion_matrix(found).counts)  # (true class, predicted class)",
    'print("calibration error", badak.inspect.reliability(found).error)',
    'print("surest mistakes", badak.inspect.misclassified(found, test).places)',
  ]);
  requestAnimationFrame(drawGallery);
  return [
    page.edits.length > 0 && h("p", { class: "hint" }, t("results.unedited")),
    summaryPart(facts),
    h("div", { class: "halves" },
      h("section", { "aria-labelledby": "matrix-title" },
        h("h2", { id: "matrix-title" }, t("results.matrix")),
        h("p", { class: "hint" }, h("span", { class: "key minus" }), t("results.blue"), h("span", { class: "key plus" }), t("results.orange")),
        matrix),
      h("section", { "aria-labelledby": "gallery-title" }, heading, how, back, place)),
    h("div", { class: "halves uneven" },
      classesPart(facts, arrays, page.state.sort ?? "", (sort) => page.setState({ sort }), (k) => choose({ truth: k, predicted: null })),
      reliabilityPart(facts, arrays)),
    page.code.images && !page.state.images && page.python(code),
  ].filter((part) => part !== null && part !== false);
}

/** @param {Chosen} cell @param {string[]} classes */
function cellTitle({ truth, predicted }, classes) {
  if (truth !== null && predicted !== null && truth !== predicted)
    return t("results.mistakenTitle", { truth: classes[truth], answer: classes[predicted] });
  if (truth !== null && predicted !== null) return t("results.rightTitle", { name: classes[truth] });
  return truth === null ? t("results.column", { name: classes[predicted ?? 0] }) : t("results.row", { name: classes[truth] });
}

/** Nothing to measure by: say why, and offer the test images of other networks.
 * @param {Page} page @param {string} words @param {() => void} again
 */
async function unmeasured(page, words, again) {
  const like = (await knownNetworks(page)).filter((entry) => page.about && opensLike(entry, page.about) && entry.network !== page.network);
  return h("div", { class: "empty-state stack", role: "alert" }, h("p", null, words),
    like.length > 0 && choice(t("results.measureBy"),
      [{ value: "", words: "–" }, ...like.map(({ network, title }) => ({ value: network, words: title }))], "",
      (images) => {
        page.setState({ images });
        again();
      }),
    !like.length && h("p", null, t("results.trainOne")));
}
