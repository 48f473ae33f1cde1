// A packet of Python's badak.page.packet: facts as JSON, arrays as bytes.

/** @typedef {import("./engine.js").Packet} Packet */
/** @typedef {import("./engine.js").Tensor} Tensor */

const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array };

/** @param {ArrayBuffer} buffer @returns {Packet} */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  /** @type {Record<string, Tensor>} */
  const arrays = {};
  let place = 8 + length;
  for (const { name, dtype, shape } of header.arrays) {
    const count = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    const kind = ARRAYS[/** @type {keyof typeof ARRAYS} */ (dtype)];
    arrays[name] = { shape, data: new kind(buffer, place, count) };
    place += Math.ceil((count * kind.BYTES_PER_ELEMENT) / 8) * 8;
  }
  return { facts: header.facts, arrays };
}

/** Numbers as base64 of their bytes: how a question carries an image. @param {Float32Array | Uint16Array} numbers */
export function base64Of(numbers) {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768)
    text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

/** @param {string} text base64 @returns {ArrayBuffer} */
export function bytesOf(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return bytes.buffer;
}
