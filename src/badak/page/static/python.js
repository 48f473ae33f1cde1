// "Copy as Python": the badak calls behind what one sees; they run as they stand.

import { base64Of } from "./packet.js";

/** @typedef {import("./shell.js").Page} Page */

/** Code from its first line on: imports, the network with its edits, the image if it is needed.
 * @param {Page} page @param {{ image?: boolean, images?: boolean }} needs @param {string[]} lines
 */
export function pythonCode(page, needs, lines) {
  const image = needs.image ? imageLines(page) : [];
  const images = (needs.images || image.some((line) => line.includes("test.") || line.includes("train.")))
    ? page.code.images ?? [] : [];
  const all = [...page.code.network, ...editLines(page), ...images, ...image, ...lines];
  const imports = ["import badak"];
  if (all.some((line) => line.includes("base64."))) imports.unshift("import base64", "");
  if (all.some((line) => line.includes("np."))) imports.push("import numpy as np");
  return `${[...imports, "", ...all].join("\n")}\n`;
}

/** Text as Python writes it: a file may call its layers as it likes. @param {string} text */
export const quoted = (text) => JSON.stringify(text);

/** Code that compares two networks on test images; null if neither has any.
 * @param {import("./shell.js").Code} one @param {import("./shell.js").Code} two */
export function pythonOfTwo(one, two) {
  const images = one.images ?? two.images;
  if (!images) return null;
  return `${["import badak", "", ...one.network, "first = net", ...two.network, "second = net", ...images,
    "both = badak.inspect.compare(first, second, test)",
    'print("only the first is right:", both.only_first)',
    'print("only the second is right:", both.only_second)',
    'print("p =", both.p_value)',
    'print("seconds for one image:", badak.inspect.latency(first, test.images[:8]).median)',
  ].join("\n")}\n`;
}

const EDITS_A_LINE = 4;

/** @param {Page} page */
function editLines({ edits }) {
  if (edits.length <= EDITS_A_LINE)
    return edits.map(({ parameter, index, value }) =>
      `net.parameters()[${quoted(parameter)}][${index.join(", ")}] = ${value}`);
  return [...new Set(edits.map(({ parameter }) => parameter))].flatMap((parameter) => {
    const own = edits.filter((edit) => edit.parameter === parameter);
    const pairs = own.map(({ index, value }) => `(${index.join(", ")}${index.length === 1 ? "," : ""}): ${value},`);
    const lines = pairs.flatMap((_, i) =>
      i % EDITS_A_LINE ? [] : [`    ${pairs.slice(i, i + EDITS_A_LINE).join(" ")}`]);
    return ["edits = {", ...lines, "}", "for place, value in edits.items():",
      `    net.parameters()[${quoted(parameter)}][place] = value`];
  });
}

/** @param {Page} page */
function imageLines({ subject, about }) {
  const [part, number] = subject.source.split(":");
  if (number !== undefined) return [`image = ${part}.images[${number}]`];
  if (!subject.input || !about) return [];
  const text = base64Of(sixteenBits(subject.input));
  return [
    `pixels = base64.b64decode("${text}")`,
    `image = (np.frombuffer(pixels, "<u2").reshape(${about.input.join(", ")}) / 65535).astype(np.float32)`,
  ];
}

/** An image's numbers from 0 to 1 as 16 bits each: what links and code carry. @param {Float32Array} input */
export function sixteenBits(input) {
  return Uint16Array.from(input, (value) => Math.round(65535 * Math.min(1, Math.max(0, value))));
}
