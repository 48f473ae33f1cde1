// The list of layers as one types it: beside each line its output's shape and its parameters, a
// fault at its place, and under the list the layer at the caret in full.

import { fill, h } from "../../parts/dom.js";
import { count, t } from "../../words.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").TypedLayers} TypedLayers */
/** @typedef {import("../../engine.js").TypedLayer} TypedLayer */

const TYPING_PAUSE = 60; // milliseconds without a key before the layers are checked

/** One layer per line, as the editor shows a text. @param {string} text */
export const inLines = (text) => piecesOf(text).join(",\n");

/** As `badak train --layers` takes it. @param {string} typed */
export const inOneLine = (typed) => piecesOf(asked(typed)).join(", ");

/** The text that is asked about: a line's end stands for a comma, character for character.
 * @param {string} typed
 */
export function asked(typed) {
  let text = "", before = "";
  const end = typed.trimEnd().replace(/,$/, "").length;
  for (let at = 0; at < end; at++) {
    const sign = typed[at] === "\n" && before !== "," && before !== "" ? "," : typed[at];
    if (sign.trim()) before = sign;
    text += sign;
  }
  return text;
}

/** @param {string} text */
function piecesOf(text) {
  const pieces = [""];
  let depth = 0;
  for (const sign of text) {
    depth += Number("([".includes(sign)) - Number(")]".includes(sign));
    if (sign === "," && depth <= 0) pieces.push("");
    else pieces[pieces.length - 1] += sign;
  }
  return pieces.map((piece) => piece.trim().replace(/\s+/g, " "));
}

/** @param {Page} page @param {(layers: string, good: boolean) => void} typed
 *   called with the list in one line, and whether a network can be built of it */
export function layersEditor(page, typed) {
  const area = h("textarea", {
    spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off", "aria-describedby": "layer-faults",
    "aria-label": t("train.layerList"),
  });
  const back = h("pre", { class: "back", "aria-hidden": "true" }), beside = h("div", { class: "beside number", "aria-hidden": "true" });
  const faults = h("div", { id: "layer-faults", role: "status", class: "faults" }), detail = h("p", { class: "hint detail" });
  const sums = h("p", { class: "sums number" });
  const element = h("div", { class: "layer-editor" }, h("div", { class: "sheet" }, h("div", { class: "text" }, back, area), beside),
    faults, detail, sums);
  /** @type {number[]} */
  let shape = [];
  let classes = 0, turn = 0;
  /** @type {TypedLayers | null} */
  let answer = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;

  async function check() {
    const mine = ++turn, text = asked(area.value);
    try {
      const { facts } = await page.engine.ask("check_layers", { text, shape, classes });
      if (mine !== turn) return; // more was typed meanwhile
      answer = facts;
      typed(inOneLine(area.value), !facts.faults.length);
    } catch (fault) {
      if (mine !== turn) return;
      answer = { layers: [], parameters: 0, flops: 0, python: null,
        faults: [{ start: 0, end: text.length, message: fault instanceof Error ? fault.message : String(fault) }] };
      typed(inOneLine(area.value), false);
    }
    paint();
  }

  const lineOf = (/** @type {number} */ place) => area.value.slice(0, place).split("\n").length - 1;

  function paint() {
    if (!answer) return;
    const lines = area.value.split("\n"), words = lines.map(() => ({ text: "", more: "", fault: false }));
    for (const layer of answer.layers) {
      const at = lineOf(layer.end ?? 0);
      if (words[at]) words[at] = { text: shapeWords(layer.shape), more: layer.parameters ? `  ·  ${count(layer.parameters)}` : "", fault: false };
    }
    for (const { start } of answer.faults) if (words[lineOf(start)]) words[lineOf(start)] = { text: `✕ ${t("train.fault")}`, more: "", fault: true };
    fill(beside, ...words.map(({ text, more, fault }) => h("span", { class: fault ? "wrong" : "" }, text || "\u00a0", more && h("i", null, more))));
    fill(back, ...marked(area.value, answer.faults));
    area.setAttribute("aria-invalid", String(answer.faults.length > 0));
    fill(faults, ...answer.faults.slice(0, 3).map(({ start, message }) =>
      h("p", null, h("b", null, t("train.line", { line: lineOf(start) + 1 })), " ", h("span", { lang: "en" }, message))));
    sums.textContent = t("train.sums", { parameters: count(answer.parameters), flops: bigWords(answer.flops) });
    paintDetail();
  }

  /** The layer in whose piece the caret stands. */
  function paintDetail() {
    const caret = area.selectionStart;
    const at = answer?.layers.findIndex((layer) => caret >= (layer.start ?? 0) && caret <= (layer.end ?? 0)) ?? -1;
    const layer = answer?.layers[at];
    detail.textContent = layer
      ? typedLayerWords(layer, at ? /** @type {TypedLayer[]} */ (answer?.layers)[at - 1].shape : shape) : t("train.caret");
  }

  function grow() {
    area.rows = Math.max(3, area.value.split("\n").length);
    fill(back, ...marked(area.value, []));
  }
  area.addEventListener("input", () => {
    grow();
    clearTimeout(soon);
    soon = setTimeout(check, TYPING_PAUSE);
  });
  area.addEventListener("scroll", () => (back.scrollLeft = area.scrollLeft));
  for (const kind of ["keyup", "click", "focus"]) area.addEventListener(kind, paintDetail);

  return {
    element,
    /** @param {string} text @param {number[]} images @param {number} count */
    show(text, images, count) {
      [shape, classes] = [images, count];
      if (inOneLine(area.value) !== inOneLine(text) || !area.value) area.value = inLines(text);
      grow();
      check();
    },
  };
}

/** The text with its faults marked. @param {string} text @param {{ start: number, end: number }[]} faults */
function marked(text, faults) {
  /** @type {(string | HTMLElement)[]} */
  const parts = [];
  let done = 0;
  for (const { start, end } of faults) {
    if (start < done) continue;
    parts.push(text.slice(done, start), h("mark", null, text.slice(start, end) || " "));
    done = end;
  }
  return [...parts, text.slice(done), "\n"];
}

/** @param {number[]} shape */
export const shapeWords = (shape) => shape.join("×");

/** A large number in short: 1.78 M. @param {number} value */
export function bigWords(value) {
  const [size, letter] = value >= 1e9 ? [1e9, " G"] : value >= 1e6 ? [1e6, " M"] : value >= 1e4 ? [1e3, " k"] : [1, ""];
  return size === 1 ? count(value) : `${Number((value / size).toPrecision(3))}${letter}`;
}

/** @param {TypedLayer} layer @param {number[]} before  the shape that comes in */
function typedLayerWords({ name, kind, shape, parameters, flops, sees, formula }, before) {
  const words = [`${name} (${kind}): ${shapeWords(before)} → ${shapeWords(shape)}`,
    t("train.parameters", { count: count(parameters) }), t("train.flops", { count: bigWords(flops) }),
    t("train.sees", { size: shapeWords(sees) })];
  return words.join(" · ") + (formula ? ` · ${formula.split("\n")[0]}` : "");
}

/** The table of a model's layers, which is not edited. @param {TypedLayer[]} layers @param {number} few */
export function layersTable(layers, few) {
  const heads = ["layer", "output", "parametersHead", "flopsHead", "seesHead"];
  return h("table", { class: "layers-table number" }, h("thead", null, h("tr", null, ...heads.map((key) => h("th", { scope: "col" }, t(`train.${key}`))))),
    h("tbody", null, ...layers.slice(0, few).map(({ name, kind, shape, parameters, flops, sees }) =>
      h("tr", null, h("th", { scope: "row" }, name, " ", h("span", { class: "hint" }, kind)), h("td", null, shapeWords(shape)),
        h("td", null, parameters ? count(parameters) : ""), h("td", null, bigWords(flops)), h("td", null, shapeWords(sees))))));
}
