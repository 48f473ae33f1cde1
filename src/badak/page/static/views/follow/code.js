// The badak calls behind what the panel shows.

import { pythonCode, quoted } from "../../python.js";
import { ENDS, readPlace } from "./place.js";
import { readSandbox, sandboxPython } from "./sandbox.js";

/** @param {import("../../shell.js").Page} page
 * @param {{ place: import("./place.js").Place | null, mode: string, label: number, of: string }} now
 * @returns {string}
 */
export function followPython(page, { place, mode, label, of }) {
  if (mode === "sandbox" || !place) return `${sandboxPython(readSandbox(page.state.sandbox)).join("\n")}\n`;
  return pythonCode(page, { image: true }, codeLines(place, mode, `label=${label}, of="${of}"`, page.state.weight));
}

/** @param {import("./place.js").Place} place @param {string} mode @param {string} target
 * @param {string | undefined} weight
 */
function codeLines({ layer, index }, mode, target, weight) {
  const at = `${quoted(layer)}, (${index.join(", ")}${index.length === 1 ? "," : ""})`;
  if (weight && mode === "back") {
    const { layer: parameter, index: cell } = readPlace(weight);
    return [`step = badak.inspect.explain_weight_gradient(net, image, ${quoted(parameter)}, (${cell.join(", ")}${cell.length === 1 ? "," : ""}), ${target})`, "print(step.gradient, step.products.sum())"];
  }
  if (mode === "back") return [`step = badak.inspect.explain_gradient(net, image, ${at}, ${target})`, "print(step.gradient)"];
  if (mode === "columns") return [`step = badak.inspect.explain_columns(net, image, ${at})`, "print(step.total, step.patch @ step.filter)  # cell [step.row, step.column] of filters @ matrix"];
  if (layer === "") return [`print(image[${index.join(", ")}])`];
  if (layer === ENDS) return ["probabilities = net.predict_proba(image[None])[0]", `print(probabilities[${index[0]}])`];
  return [`step = badak.inspect.explain_number(net, image, ${at})`, "print(step.worked, step.value)"];
}
