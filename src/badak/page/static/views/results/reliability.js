// The reliability diagram: how often answers are right, beside how sure the network is of them.

import { h } from "../../parts/dom.js";
import { chartPlace } from "../../parts/place.js";
import { svg } from "../../parts/svg.js";
import { count, percent, t } from "../../words.js";

const WIDEST = 480, LEFT = 56, BOTTOM = 44, STRIP = 56, GAP = 18; // pixels of the drawing
const HONEST = 0.02; // a mean confidence this near to the accuracy is neither too sure nor too unsure

/** @param {import("../../engine.js").Results} facts @param {Record<string, import("../../engine.js").Tensor>} arrays */
export function reliabilityPart(facts, arrays) {
  const over = facts.mean_confidence - facts.accuracy;
  const kind = Math.abs(over) < HONEST ? "honest" : over > 0 ? "over" : "under";
  return h("section", { "aria-labelledby": "reliability-title" },
    h("h2", { id: "reliability-title" }, t("results.reliability")),
    h("p", null, t(`results.calibrated.${kind}`, { sure: percent(facts.mean_confidence), right: percent(facts.accuracy) })),
    chartPlace((width) => reliabilityChart(arrays, width), WIDEST).place,
    h("p", { class: "hint keys" }, h("span", { class: "key right" }), t("results.share"), h("span", { class: "key sure" }), t("results.meanSure"),
      h("span", { class: "key images" }), t("results.howMany")),
    h("p", { class: "hint" }, t("results.errorMeans", { error: percent(facts.calibration_error) })));
}

/** @param {Record<string, import("../../engine.js").Tensor>} arrays @param {number} wide */
function reliabilityChart(arrays, wide) {
  const high = Math.round(0.75 * wide);
  const [edges, counts, confidence, correct] = ["edges", "counts", "confidence", "correct"].map((name) => arrays[name].data);
  const x = (/** @type {number} */ share) => LEFT + share * (wide - LEFT - 8);
  const y = (/** @type {number} */ share) => 8 + (1 - share) * (high - 8);
  const most = Math.max(...counts), below = high + GAP, base = below + STRIP;
  const marks = [0, 0.25, 0.5, 0.75, 1];
  const bins = [...counts].map((images, bin) => images > 0 && svg("g", null,
    svg("title", null, t("results.bin", { count: count(images), sure: percent(confidence[bin]), right: percent(correct[bin]) })),
    svg("rect", { class: "right", x: x(edges[bin]) + 1, y: y(correct[bin]),
      width: x(edges[bin + 1]) - x(edges[bin]) - 2, height: y(0) - y(correct[bin]) }),
    svg("line", { class: "sure", x1: x(edges[bin]) + 1, x2: x(edges[bin + 1]) - 1, y1: y(confidence[bin]), y2: y(confidence[bin]) }),
    svg("rect", { class: "images", x: x(edges[bin]) + 1, width: x(edges[bin + 1]) - x(edges[bin]) - 2,
      y: base - Math.max(1, (STRIP * images) / most), height: Math.max(1, (STRIP * images) / most) })));
  return svg("svg", { class: "drawn", width: wide, height: base + BOTTOM, role: "img", "aria-label": t("results.reliabilityHow") },
    ...marks.flatMap((share) => [
      svg("line", { class: "grid", x1: x(0), x2: x(1), y1: y(share), y2: y(share) }),
      svg("text", { x: x(0) - 6, y: y(share) + 4, "text-anchor": "end" }, `${100 * share}%`),
      svg("text", { x: x(share), y: base + 17, "text-anchor": share === 1 ? "end" : "middle" }, `${100 * share}%`),
    ]),
    ...bins, svg("line", { class: "honest", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
    svg("line", { class: "grid", x1: x(0), x2: x(1), y1: base, y2: base }),
    svg("text", { class: "name", x: x(0.5), y: base + 38, "text-anchor": "middle" }, t("results.confidence")));
}
