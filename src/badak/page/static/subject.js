// The image looked at, in links: its numbers as text if they are few, else the data set's number of it.

import { base64Of, bytesOf } from "./packet.js";
import { sixteenBits } from "./python.js";

const LINKED = 3072; // numbers of an image that fit into a link: 32x32 in colour

/** @param {Float32Array | null} input @returns {string} */
export function rememberedInput(input) {
  return input && input.length <= LINKED ? base64Of(sixteenBits(input)) : "";
}

/** @param {string} text of a link @param {number} size @returns {Float32Array | null} */
export function rememberInput(text, size) {
  try {
    const numbers = new Uint16Array(bytesOf(text));
    return numbers.length === size ? Float32Array.from(numbers, (value) => value / 65535) : null;
  } catch {
    return null; // a link that was cut
  }
}
