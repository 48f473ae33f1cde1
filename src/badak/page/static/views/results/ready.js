// Test images are predicted once, on the server; a view asks until that is done.

import { count, t } from "../../words.js";

/** @typedef {import("../../shell.js").Page} Page */

const ASK_AGAIN = 300; // milliseconds between two questions

/** Ask a question until it is answered; null if the view was left meanwhile.
 * @template {"results" | "cell" | "mistakes" | "compare" | "disagreements"} Q
 * @param {Page} page @param {Q} question @param {import("../../engine.js").Questions[Q]["params"]} params
 * @param {(words: string) => void} told @param {() => boolean} left
 * @returns {Promise<{ facts: Exclude<import("../../engine.js").Questions[Q]["facts"], { ready: false }>,
 *   arrays: Record<string, import("../../engine.js").Tensor> } | null>}
 */
export async function askUntilReady(page, question, params, told, left) {
  for (;;) {
    const answer = await page.engine.ask(question, params);
    if (left()) return null;
    const { facts } = answer;
    if (facts.ready) return /** @type {any} */ (answer);
    told(facts.total
      ? t("results.predicting", { done: count(facts.done), total: count(facts.total) })
      : t("results.reading"));
    await new Promise((done) => setTimeout(done, ASK_AGAIN));
    if (left()) return null;
  }
}
