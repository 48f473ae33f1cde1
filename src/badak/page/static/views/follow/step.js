// One step as its kind is drawn; a kind is what the answer to `explain` calls `how`.

import { copyOf, functionOf, joinOf, largestOf, statisticsOf, unknownOf } from "./other.js";
import { sumOf } from "./sum.js";

/** @typedef {import("./pieces.js").Walk} Walk */
/** @typedef {import("./pieces.js").Drawn} Drawn */
/** @typedef {Record<string, import("../../engine.js").Tensor>} Tensors */

/** @type {Record<string, (walk: Walk, facts: any, arrays: Tensors) => Drawn>} */
const STEP_KINDS = {
  sum: sumOf, distance: sumOf, max: largestOf, function: functionOf, statistics: statisticsOf,
  join: joinOf, copy: copyOf, unknown: unknownOf,
};

/** @param {Walk} walk @param {any} facts @param {Tensors} arrays */
export function stepOf(walk, facts, arrays) {
  return (STEP_KINDS[facts.how] ?? unknownOf)(walk, facts, arrays);
}
