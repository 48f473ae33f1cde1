// A training that is watched: where it stands, its curves, what it learns to see, and its health.

import { fill, h } from "../../parts/dom.js";
import { copied } from "../../parts/copied.js";
import { t } from "../../words.js";
import { watchCode } from "./code.js";
import { curvesPart } from "./curves.js";
import { healthPart } from "./health.js";
import { seenPart } from "./seen.js";
import { standingPart } from "./standing.js";
import { emptyStory, isActive, toldBy } from "./story.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("./story.js").Story} Story */

const RECONNECT = 1500; // milliseconds after which a lost server is tried again

/** @param {Page} page @param {string} run  "" is what this server trains
 * @param {() => void} changed  when the training begins or ends
 */
export function watchPart(page, run, changed) {
  const standing = standingPart(page, () => {
    changed();
    if (run) page.go("train", { show: "watch" }); // it trains here now, and tells more
  });
  const curves = curvesPart(), seen = seenPart(page), health = healthPart(page), code = h("section", { class: "codes" });
  const parts = [curves.element, seen.element, health.element, code];
  const element = h("div", { class: "watch" }, standing.element, ...parts);
  const telling = subjectTeller(page);
  let story = emptyStory(), heard = false, lost = "", closed = false, waiting = false, coded = "";
  /** @type {{ close: () => void } | undefined} */
  let socket;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  /** @type {Story["look"] | undefined} */
  let drawn; // the look that is on the page: steps come ten times a second, looks once

  function listen() {
    socket = page.engine.live?.((packet) => {
      if (closed) return;
      if (packet.facts.kind === "gone") {
        lost = packet.facts.words || t("train.lost");
        if (!packet.facts.words) retry = setTimeout(listen, RECONNECT);
      } else {
        const before = story.state;
        [heard, lost] = [true, ""];
        story = toldBy(story, packet);
        if (packet.facts.kind === "story") tellSubject();
        if (before !== story.state) {
          drawn = undefined;
          changed();
        }
      }
      later();
    }, run);
  }

  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (!closed) show();
    });
  }

  function show() {
    element.dataset.state = lost ? "lost" : story.state;
    standing.show(story, heard, lost);
    const empty = !story.begin && !story.steps.step.length && !story.epochs.step.length;
    for (const part of parts) part.hidden = empty;
    if (empty) return;
    curves.show(story);
    if (story.command + story.path !== coded)
      fill(code, story.command && copied(t("train.command"), () => story.command, page.say), page.python(() => watchCode(story)));
    coded = story.command + story.path;
    if (drawn === story.look) return;
    drawn = story.look;
    seen.show(story);
    health.show(story);
  }

  function redraw() {
    drawn = undefined;
    later();
  }
  const tellSubject = () =>
    story.where === "here" && isActive(story.state) && telling(seen.fits(story) ? page.subject.input : null);

  let width = 0;
  const sized = new ResizeObserver(() => {
    if (element.clientWidth !== width) redraw();
    width = element.clientWidth;
  }), dark = matchMedia("(prefers-color-scheme: dark)");
  sized.observe(element);
  dark.addEventListener("change", redraw);
  page.onSubject(tellSubject);
  listen();
  show();
  return {
    element,
    close() {
      closed = true;
      clearTimeout(retry);
      socket?.close();
      sized.disconnect();
      dark.removeEventListener("change", redraw);
      curves.close();
      health.close();
    },
  };
}

/** Tells the trainer which image to watch; of those that come while one is told, the last alone counts.
 * @param {Page} page @returns {(input: Float32Array | null) => void}
 */
function subjectTeller(page) {
  /** @type {{ input: Float32Array | null } | null} */
  let next = null;
  let busy = false;
  return async (input) => {
    next = { input };
    if (busy) return;
    busy = true;
    while (next) {
      const told = next.input;
      next = null;
      await page.engine.ask("train_watch", told ? { input: told } : {}).catch(() => {}); // it ends just now
    }
    busy = false;
  };
}
