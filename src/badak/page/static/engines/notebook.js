// The engine of a notebook's cell: questions go through a port to the cell, and from there to Python.

import { base64Of, unpack } from "../packet.js";

/** @typedef {import("../engine.js").Engine} Engine */
/** @typedef {import("../engine.js").Packet} Packet */

/** What the cell sends: to whom, and the packet or what is wrong.
 * @typedef {{ id: number, error?: string, packet?: ArrayBuffer }} Reply */

/** @param {MessagePort} port @param {string[]} questions that Python answers @returns {Engine} */
export function portEngine(port, questions) {
  /** @type {Map<number, { resolve: (packet: any) => void, reject: (fault: Error) => void }>} */
  const waiting = new Map();
  let asked = 0;
  port.onmessage = ({ data }) => {
    const { id, error, packet } = /** @type {Reply} */ (data), waits = waiting.get(id);
    waiting.delete(id);
    if (packet) waits?.resolve(unpack(packet));
    else waits?.reject(new Error(error));
  };
  return {
    can: new Set(questions),
    ask(/** @type {string} */ question, /** @type {any} */ { input, ...params }) {
      const id = ++asked;
      if (input) params.input = base64Of(input);
      port.postMessage({ id, question, params });
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    },
  };
}
