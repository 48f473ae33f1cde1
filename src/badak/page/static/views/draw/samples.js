// Draw: images of the data set, one after another or by chance.

import { button, fill, h } from "../../parts/dom.js";
import { count, t } from "../../words.js";

/** @typedef {import("../../shell.js").Page} Page */

/** The data set's image of a number as what is looked at. @param {Page} page @param {string} part
 * @param {number} number */
export async function sampleOf(page, part, number) {
  const { facts, arrays } = await page.engine.ask("image", { network: page.network, part, number });
  const { data } = arrays.image;
  return { subject: { input: /** @type {Float32Array} */ (data), source: `${part}:${facts.number}` }, facts };
}

/** What a source such as "test:17" names; null for one that is no image of the data set. @param {string} source */
export function sampleNamed(source) {
  const [, part, number] = /^(train|test):(\d+)$/.exec(source) ?? [];
  return part ? { part, number: Number(number) } : null;
}

/** @param {Page} page */
export function samplesPart(page) {
  const element = h("div", { class: "tools samples" });
  if (!page.engine.can.has("image") || !page.about?.images) return { element: null };
  const label = h("span", { class: "hint", id: "sample-label" });

  /** @param {(now: number, total: number) => number} next */
  async function step(next) {
    const [part, number] = page.subject.source.split(":");
    const now = part === "test" ? Number(number) : -1;
    try {
      const found = await sampleOf(page, "test", next(now, total));
      known = found.facts;
      page.setSubject(found.subject);
    } catch (fault) {
      page.say(/** @type {Error} */ (fault).message);
    }
  }

  /** @param {{ number: number, count: number, label: number }} facts */
  function say(facts) {
    label.textContent = t("draw.sample", {
      number: count(facts.number), total: count(facts.count), name: page.about?.classes[facts.label] ?? "" });
  }

  let total = 1;
  /** What is known of the image that was read last, so that it is not read again to be named.
   * @type {{ number: number, count: number, label: number } | null} */
  let known = null;
  fill(element,
    button(t("draw.before"), () => step((now, all) => (now <= 0 ? all - 1 : now - 1)), { "aria-label": t("draw.beforeImage") }),
    button(t("draw.random"), () => step((_, all) => Math.floor(Math.random() * all)), { id: "random" }),
    button(t("draw.after"), () => step((now, all) => (now + 1) % all), { "aria-label": t("draw.afterImage") }), label);
  page.onSubject(async () => {
    const [part, number] = page.subject.source.split(":");
    label.textContent = "";
    if (part !== "test") return;
    if (known?.number !== Number(number)) known = (await sampleOf(page, part, Number(number))).facts;
    total = known.count;
    if (page.subject.source === `test:${known.number}`) say(known);
  });
  return { element };
}
