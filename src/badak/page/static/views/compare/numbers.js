// Two networks in numbers, and whether the difference is more than chance.

import { h } from "../../parts/dom.js";
import { short } from "../../parts/colours.js";
import { count, percent, t } from "../../words.js";

/** @typedef {import("../../engine.js").Comparison} Compared */
/** @typedef {import("../../engine.js").Side} ComparedSide */

const CHANCE = 0.05, RARE = 1e-4; // below the first a difference is taken for more than chance

/** Bytes in the unit that fits. @param {number} size */
export function bytesWords(size) {
  const units = ["B", "kB", "MB", "GB"];
  let place = 0;
  for (; size >= 1000 && place < units.length - 1; place++) size /= 1000;
  return `${place ? size.toPrecision(3) : size} ${units[place]}`;
}

/** A short time in the unit that fits. @param {number} seconds */
function secondsWords(seconds) {
  if (seconds < 1e-3) return `${short(1e6 * seconds)} µs`;
  return seconds < 1 ? `${short(1e3 * seconds)} ms` : `${short(seconds)} s`;
}

/** @param {Compared} facts @param {string[]} titles */
export function verdictPart(facts, titles) {
  const { only_first: first, only_second: second, p_value: chance } = facts;
  const better = first > second ? 0 : 1;
  const kind = first === second ? "equal" : chance < CHANCE ? "better" : "unsure";
  const odds = chance < RARE ? t("compare.rare") : t("compare.odds", { share: percent(chance) });
  return h("section", { class: "verdict", "aria-label": t("compare.verdict") },
    h("p", { class: "headline" }, t(`compare.${kind}`, { better: titles[better] })),
    h("p", null, t("compare.because", { count: count(facts.images), first: titles[0], second: titles[1],
      only_first: count(first), only_second: count(second) })),
    first !== second && h("p", { class: "hint" }, t("compare.test", { odds })));
}

/** @param {Compared} facts @param {string[]} titles */
export function numbersPart(facts, titles) {
  const { sides } = facts;
  const speeds = sides.map(() => h("td", { class: "number" }, "…"));
  const how = h("p", { class: "hint" });

  /** @param {string} key @param {(side: ComparedSide) => import("../../parts/dom.js").Child | import("../../parts/dom.js").Child[]} show
   * @param {(side: ComparedSide) => number} [value] the smaller is better */
  const row = (key, show, value) => {
    const [one, two] = value ? sides.map(value) : [0, 0];
    return h("tr", null, h("th", { scope: "row" }, t(`compare.${key}`)), ...sides.map((side, place) =>
      h("td", { class: one !== two && (one < two) === (place === 0) ? "number best" : "number" }, show(side))));
  };
  const table = h("table", { class: "measures" },
    h("caption", { class: "aloud" }, t("compare.numbers")),
    h("thead", null, h("tr", null, h("td"), ...titles.map((title, side) =>
      h("th", { scope: "col" }, h("span", { class: `key side${side}` }), title)))),
    h("tbody", null,
      row("accuracy", (side) => percent(side.accuracy), (side) => -side.accuracy),
      row("interval", (side) => `${(100 * side.interval[0]).toFixed(1)}–${percent(side.interval[1])}`),
      row("f1", (side) => percent(side.macro_f1), (side) => -side.macro_f1),
      row("calibration", (side) => percent(side.calibration_error), (side) => side.calibration_error),
      row("parameters", (side) => count(side.parameters), (side) => side.parameters),
      row("size", (side) => (side.bytes ? bytesWords(side.bytes) : "–"), (side) => side.bytes || Infinity),
      h("tr", null, h("th", { scope: "row" }, t("compare.speed")), ...speeds)));

  /** @param {import("../../shell.js").Page} page */
  async function measure(page) {
    /** @type {number[]} */
    const took = [];
    for (const [place, side] of sides.entries()) { // one after the other: both need the processor
      try {
        const { facts: speed } = await page.engine.ask("speed", { network: side.network });
        took.push(speed.median);
        speeds[place].textContent = secondsWords(speed.median);
        how.textContent = t("compare.speedHow", { rounds: speed.rounds, threads: speed.threads });
      } catch (fault) {
        speeds[place].textContent = /** @type {Error} */ (fault).message;
      }
    }
    if (took.length === 2 && took[0] !== took[1]) speeds[took[0] < took[1] ? 0 : 1].classList.add("best");
  }

  return { element: h("section", { "aria-labelledby": "numbers-title" }, h("h2", { id: "numbers-title" }, t("compare.numbers")), table, how), measure };
}

/** How often both, one or none is right, as a table of two by two. @param {Compared} facts @param {string[]} titles */
export function agreementPart(facts, titles) {
  const cell = (/** @type {number} */ images, /** @type {string} */ kind) =>
    h("td", { class: kind }, h("b", { class: "number" }, count(images)), h("small", null, percent(images / facts.images)));
  return h("section", { "aria-labelledby": "agreement-title" }, h("h2", { id: "agreement-title" }, t("compare.agreement")),
    h("table", { class: "agreement" },
      h("caption", { class: "aloud" }, t("compare.agreement")),
      h("thead", null, h("tr", null, h("td"), h("th", { scope: "col" }, t("compare.right", { name: titles[1] })),
        h("th", { scope: "col" }, t("compare.wrong", { name: titles[1] })))),
      h("tbody", null,
        h("tr", null, h("th", { scope: "row" }, t("compare.right", { name: titles[0] })), cell(facts.both_right, ""), cell(facts.only_first, "side0")),
        h("tr", null, h("th", { scope: "row" }, t("compare.wrong", { name: titles[0] })), cell(facts.only_second, "side1"), cell(facts.both_wrong, "")))));
}
