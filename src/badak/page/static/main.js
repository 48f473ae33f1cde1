// The page of `badak serve`: all views, and the server as its engine.

import { askByHttp, httpEngine } from "./engines/http.js";
import { startPage } from "./shell.js";
import { firstLanguage, speak } from "./words.js";
import { drawView } from "./views/draw.js";
import { trainView } from "./views/train.js";
import { followView } from "./views/follow.js";
import { filtersView } from "./views/filters.js";
import { timeView } from "./views/time.js";
import { sampleNamed, sampleOf } from "./views/draw/samples.js";
import { compareView } from "./views/compare.js";
import { modelsView } from "./views/models.js";
import { networkChooser } from "./views/models/chooser.js";
import { dropModels } from "./views/models/files.js";
import { resultsView } from "./views/results.js";
import { readLink } from "./link.js";
import { rememberInput } from "./subject.js";

speak(firstLanguage());
const { facts: session } = await askByHttp("session", {});
const engine = httpEngine(session.questions);

const served = await startPage({
  views: [drawView, followView, filtersView, trainView, timeView, resultsView, compareView, modelsView],
  chooser: networkChooser,
  engine,
  title: "badak",
  async network() {
    const wanted = readLink().state.network ?? "";
    /** @type {string | undefined} */
    let missing;
    const [{ facts: found }, { facts: about }] = await opening(wanted).catch((fault) => {
      missing = fault.message;
      return opening(""); // it is no longer there
    });
    return { about, network: found.network, code: found.code, missing };
  },
  async first(page) {
    const { source = "", ink = "" } = page.state, { part, number } = sampleNamed(source) ?? { part: "test", number: 0 };
    const size = page.about?.input.reduce((a, b) => a * b, 1) ?? 0;
    const input = ink ? rememberInput(ink, size) : null;
    if (input) return { input, source: "ink" };
    if (!page.about?.images) return { input: null, source: "" };
    return (await sampleOf(page, part, number)).subject;
  },
});
dropModels(served);

/** @param {string} network */
function opening(network) {
  return Promise.all([engine.ask("network", { network }), engine.ask("about", { network })]);
}
