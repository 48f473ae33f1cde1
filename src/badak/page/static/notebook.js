// The page inside a notebook's cell: Draw and Follow a number, and Python as its engine.

import { portEngine } from "./engines/notebook.js";
import { startPage } from "./shell.js";
import { firstLanguage, speak } from "./words.js";
import { drawView } from "./views/draw.js";
import { sampleOf } from "./views/draw/samples.js";
import { followView } from "./views/follow.js";

/** What the cell tells at first. @typedef {object} CellStart
 * @property {string[]} questions
 * @property {import("./shell.js").Code} code
 * @property {boolean} dark  the notebook's theme, which need not be the system's
 */

/** @param {MessagePort} port @param {CellStart} start */
async function startInCell(port, { questions, code, dark }) {
  dressAs(dark);
  speak(firstLanguage());
  const engine = portEngine(port, questions);
  await startPage({
    views: [drawView, followView],
    engine,
    title: "badak",
    alone: true,
    async network() {
      const { facts } = await engine.ask("about", {});
      return { about: facts, network: "", code };
    },
    async first(page) {
      if (!page.about?.images) return { input: null, source: "" };
      return (await sampleOf(page, "test", 0)).subject;
    },
  });
  // The cell is as high as the page, so that nothing scrolls inside the notebook's own scrolling.
  new ResizeObserver(() => port.postMessage({ height: document.documentElement.offsetHeight }))
    .observe(document.documentElement);
}

/** Let the styles for dark or light hold, whatever the system prefers. @param {boolean} dark */
function dressAs(dark) {
  document.documentElement.style.colorScheme = dark ? "dark" : "light";
  for (const { cssRules } of document.styleSheets)
    for (const rule of cssRules)
      if (rule instanceof CSSMediaRule && rule.media.mediaText.includes("prefers-color-scheme: dark"))
        rule.media.mediaText = dark ? "all" : "not all";
}

window.addEventListener("message", (event) => {
  if (event.source === window.parent && event.data?.badak) startInCell(event.ports[0], event.data.badak);
});
