// Two networks side by side on the same test images.

import { button, choice, fill, h } from "../parts/dom.js";
import { pythonOfTwo } from "../python.js";
import { count, t } from "../words.js";
import { learningPart } from "./compare/curves.js";
import { agreementPart, numbersPart, verdictPart } from "./compare/numbers.js";
import { knownNetworks } from "./models/known.js";
import { imageGallery } from "./results/gallery.js";
import { askUntilReady } from "./results/ready.js";

/** @typedef {import("../shell.js").Page} Page */

/** @type {import("../shell.js").View} */
export const compareView = { name: "compare", needs: ["compare"], open: openCompare };

/** @param {Page} page @returns {import("../shell.js").Open} */
function openCompare(page) {
  const pickers = h("div", { class: "tools" }), place = h("div"), element = h("div", { class: "compare" }, pickers, place);
  let closed = false, turn = 0;
  const pair = () => ({ first: page.state.first || page.network, second: page.state.second ?? "" });

  async function pick() {
    const known = await knownNetworks(page);
    if (closed) return;
    const choices = known.map(({ network, title, run }) =>
      ({ value: network, words: run?.accuracy ? `${title} (${run.data}, ${run.model})` : title }));
    fill(pickers,
      choice(t("compare.first"), choices, pair().first, (first) => change({ first })),
      button("⇄", () => change({ first: pair().second || pair().first, second: pair().first }), { "aria-label": t("compare.swap"), title: t("compare.swap") }),
      choice(t("compare.second"), [{ value: "", words: "–" }, ...choices], pair().second, (second) => change({ second })));
  }

  /** @param {Record<string, string>} wanted */
  function change(wanted) {
    page.setState(wanted, true);
    show();
  }

  async function show() {
    const now = ++turn, left = () => closed || now !== turn;
    pick().catch((fault) => page.say(fault.message));
    if (!pair().second || pair().second === pair().first) {
      fill(place, h("p", { class: "empty-state" }, t("compare.choose")));
      return;
    }
    const told = h("p", { class: "hint", role: "status" }, t("results.reading"));
    fill(place, told);
    try {
      const answer = await askUntilReady(page, "compare", pair(), (words) => (told.textContent = words), left);
      if (answer) fill(place, ...compared(page, pair(), answer.facts, answer.arrays));
    } catch (fault) {
      if (!left()) fill(place, h("p", { class: "empty-state", role: "alert" }, /** @type {Error} */ (fault).message));
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

/** @param {Page} page @param {{ first: string, second: string }} pair
 * @param {import("../engine.js").Comparison} facts
 * @param {Record<string, import("../engine.js").Tensor>} arrays
 */
function compared(page, pair, facts, arrays) {
  const titles = facts.sides.map(({ title }) => title);
  const numbers = numbersPart(facts, titles);
  numbers.measure(page);

  /** @param {"first" | "second"} right */
  function disagreement(right) {
    const [winner, other] = right === "first" ? titles : [titles[1], titles[0]];
    const images = right === "first" ? facts.only_first : facts.only_second;
    const box = h("div");
    fill(box, imageGallery(page, {
      classes: facts.classes, images: facts.source, many: 12, who: other, none: t("compare.none"),
      ask: (start, many) => askUntilReady(page, "disagreements", { ...pair, right, start, count: many }, () => {}, () => false),
    }));
    return h("section", { "aria-label": t("compare.onlyRight", { name: winner }) },
      h("h2", null, h("span", { class: `key side${right === "first" ? 0 : 1}` }), t("compare.onlyRight", { name: winner }), ` (${count(images)})`),
      h("p", { class: "hint" }, t("compare.mistakeOf", { name: other })), box);
  }

  return [
    verdictPart(facts, titles),
    h("div", { class: "halves" }, numbers.element, agreementPart(facts, titles)),
    h("div", { class: "halves" }, disagreement("first"), disagreement("second")),
    learningPart(titles, arrays, page.state.measure || "accuracy", (measure) => page.setState({ measure })),
    pythonOfBoth(page, pair),
  ].filter((part) => part !== null);
}

/** The code that compares both; both networks' own lines come from the server. @param {Page} page
 * @param {{ first: string, second: string }} pair
 */
function pythonOfBoth(page, pair) {
  const place = h("div");
  Promise.all([pair.first, pair.second].map((network) => page.engine.ask("network", { network }))).then((found) => {
    const [one, two] = found.map(({ facts }) => facts.code), code = pythonOfTwo(one, two);
    if (code) fill(place, page.python(() => code));
  }, () => {});
  return place;
}
