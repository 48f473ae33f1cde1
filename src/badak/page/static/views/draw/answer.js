// Draw: the prediction, a bar per class.

import { fill, h } from "../../parts/dom.js";
import { likeliest } from "../../parts/likeliest.js";
import { percent, t } from "../../words.js";

const ALL = 20, FEW = 10; // with more classes than ALL, the FEW likeliest are shown

/** @param {import("../../shell.js").Page} page */
export function answerPart(page) {
  const { classes } = /** @type {NonNullable<import("../../shell.js").Page["about"]>} */ (page.about);
  const verdict = h("p", { id: "verdict", role: "status" });
  const named = classes.some((name) => name.length > 2);
  const bars = h("ol", { id: "bars", class: named ? "bars named" : "bars" });
  const rows = classes.slice(0, classes.length > ALL ? FEW : ALL).map(() => {
    const name = h("span", { class: "name" }), fillBar = h("span", { class: "fill" }), share = h("span", { class: "share" });
    const row = h("li", null, name, h("span", { class: "track" }, fillBar), share);
    return { row, name, fillBar, share };
  });
  fill(bars, ...rows.map(({ row }) => row));

  /** @param {(number | null)[]} chances */
  function show(chances) {
    const best = likeliest(chances), order = chances.map((_, k) => k);
    if (order.length > ALL) order.sort((a, b) => Number(chances[b]) - Number(chances[a]));
    verdict.textContent = best < 0 ? t("draw.notFinite") : `${classes[best]}, ${percent(chances[best])}`;
    rows.forEach(({ row, name, fillBar, share }, place) => {
      const k = order[place];
      row.classList.toggle("best", k === best);
      name.textContent = row.title = classes[k];
      fillBar.style.width = `${100 * Number(chances[k])}%`;
      share.textContent = percent(chances[k]);
    });
  }

  const element = h("section", { class: "answer", "aria-labelledby": "answer-title" },
    h("h2", { id: "answer-title" }, t("draw.prediction")), verdict, bars);
  return { element, show, nothing: (/** @type {string} */ words) => void (verdict.textContent = words) };
}
