// The engine of `badak serve`: questions by HTTP, what a training tells by a WebSocket.

import { base64Of, unpack } from "../packet.js";
import { t } from "../words.js";

/** @typedef {import("../engine.js").Engine} Engine */

/** @param {string[]} questions that the server answers @returns {Engine} */
export function httpEngine(questions) {
  return {
    can: new Set([...questions, "live", "open"]),
    ask: (question, params) => askByHttp(question, params),
    live(hear, run = "") {
      const socket = new WebSocket(`ws://${location.host}/api/live?run=${encodeURIComponent(run)}`);
      socket.binaryType = "arraybuffer";
      socket.addEventListener("message", (event) => hear(unpack(event.data)));
      socket.addEventListener("close", ({ reason }) => hear({ facts: { kind: "gone", words: reason }, arrays: {} }));
      return { close: () => socket.close() };
    },
  };
}

/** Ask the server one question.
 * @param {string} question @param {Record<string, any>} params
 * @returns {Promise<any>}
 */
export async function askByHttp(question, params) {
  const { input, ...rest } = params;
  const body = JSON.stringify(input ? { ...rest, input: base64Of(input) } : rest);
  const response = await fetch(`api/ask/${question}`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body,
  }).catch(() => null);
  return unpack(await (await answered(response)).arrayBuffer());
}

/** Send a model's file. @param {File} file @param {string} [like]  network whose architecture weights have
 * @returns {Promise<import("../engine.js").NetworkAbout>} */
export async function openByHttp(file, like = "") {
  const response = await fetch(`api/open?${new URLSearchParams({ name: file.name, like })}`, {
    method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file,
  }).catch(() => null);
  return (await answered(response)).json();
}

/** @param {Response | null} response @returns {Promise<Response>} */
async function answered(response) {
  if (!response) throw new Error(t("shell.gone"));
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Error(said.error ?? `${response.status} ${response.statusText}`);
}
