// Models: the runs of the folder, model files, and which network is looked at.

import { button, fill, h } from "../parts/dom.js";
import { sortedTable } from "../parts/table.js";
import { count, languageNow, percent, t } from "../words.js";
import { bytesWords } from "./compare/numbers.js";
import { modelFileButton, tellModels } from "./models/files.js";
import { lookAt } from "./models/known.js";

/** @typedef {import("../shell.js").Page} Page */
/** @typedef {import("../engine.js").RunRow} RunRow */

/** @type {import("../shell.js").View} */
export const modelsView = { name: "models", needs: ["runs"], free: true, open: openModels };

/** @param {Page} page @returns {import("../shell.js").Open} */
function openModels(page) {
  const told = h("p", { class: "told", role: "status" }), files = h("div"), runs = h("div");
  const tell = (/** @type {string} */ words) => void (told.textContent = words);
  tellModels(tell);

  /** @param {string} network @param {string} view @param {Record<string, string>} [state] */
  async function look(network, view, state) {
    tell("");
    try {
      await lookAt(page, network, view, state);
    } catch (fault) {
      tell(/** @type {Error} */ (fault).message);
      told.scrollIntoView({ block: "center" });
    }
  }

  async function show() {
    try {
      const [{ facts: list }, { facts: open }] = await Promise.all([page.engine.ask("runs", {}), page.engine.ask("opened", {})]);
      fill(runs, ...runList(page, list, look));
      const listed = new Set(list.runs.map(({ network }) => network));
      fill(files, openedFiles(page, open.networks.filter(({ network }) => !listed.has(network)), look, show));
    } catch (fault) {
      fill(runs, h("p", { class: "empty-state", role: "alert" }, /** @type {Error} */ (fault).message));
    }
  }

  show();
  const element = h("div", { class: "models" },
    h("section", { "aria-labelledby": "files-title" },
      h("h2", { id: "files-title" }, t("models.files")),
      h("div", { class: "dropping" },
        h("p", null, t("models.drop")), modelFileButton(page, tell, "draw", { class: "primary" })),
      told, h("p", { class: "hint" }, t("models.kinds")), files),
    h("section", { "aria-labelledby": "runs-title" }, h("h2", { id: "runs-title" }, t("models.runs")), runs));
  return { element, update: show, close: () => tellModels(null) };
}

/** @param {Page} page @param {import("../engine.js").RunList} list
 * @param {(network: string, view: string, state?: Record<string, string>) => void} look
 */
function runList(page, list, look) {
  const left = list.left_out.length > 0 && h("details", { class: "left-out" },
    h("summary", null, t("models.leftOut", { count: count(list.left_out.length) })),
    h("ul", { class: "hint" }, ...list.left_out.map((words) => h("li", null, words))));
  if (!list.runs.length) {
    return [h("p", { class: "empty-state" }, t("models.noRuns", { folder: list.folder }),
      page.engine.can.has("live") && h("a", { href: page.linkTo("train") }, t("tabs.train"))), left];
  }
  return [sortedTable({
    caption: t("models.runs"), rows: list.runs, sort: page.state.sort ?? "", search: t("models.search"),
    sorted: (sort) => page.setState({ sort }),
    columns: [
      { key: "name", words: t("models.name"), value: (run) => run.name, show: (run) => runName(page, run, look) },
      { key: "data", words: t("models.data"), value: (run) => run.data, show: (run) => run.data },
      { key: "model", words: t("models.model"), value: (run) => run.model, show: (run) => run.model },
      { key: "accuracy", words: t("models.accuracy"), number: true, value: (run) => run.accuracy,
        show: (run) => (run.accuracy === null ? "–" : percent(run.accuracy)) },
      { key: "epochs", words: t("models.epochs"), number: true, value: (run) => run.epochs,
        show: (run) => (run.epochs === run.of ? count(run.of) : t("models.epochsOf", { done: count(run.epochs), of: count(run.of) })) },
      { key: "size", words: t("models.size"), number: true, value: (run) => run.bytes, show: (run) => (run.bytes ? bytesWords(run.bytes) : "–") },
      { key: "changed", words: t("models.changed"), number: true, value: (run) => run.changed, show: (run) => dateWords(run.changed) },
      { key: "", words: "", value: () => null, show: (run) => run.bytes > 0 && run.network !== page.network && page.about !== null &&
          button(t("models.compare"), () => page.go("compare", { first: page.network, second: run.network }), { class: "quiet" }) },
    ],
  }), list.total > list.runs.length && h("p", { class: "hint" }, t("models.first", { shown: count(list.runs.length), total: count(list.total) })), left];
}

/** @param {Page} page @param {RunRow} run @param {(network: string, view: string) => void} look */
function runName(page, run, look) {
  if (!run.bytes) return h("span", { title: t("models.noWeights") }, run.name, h("small", null, ` ${t("models.noWeights")}`));
  const now = run.network === page.network;
  return h("span", null, button(run.name, () => look(run.network, "draw"), { class: "quiet name", "aria-current": now ? "true" : null }),
    now && h("small", { class: "chip" }, t("models.now")));
}

/** Seconds since 1970 as the reader's language writes a date. @param {number} seconds */
function dateWords(seconds) {
  return new Date(1000 * seconds).toLocaleString(languageNow(), { dateStyle: "medium", timeStyle: "short" });
}

/** @param {Page} page @param {import("../engine.js").NetworkAbout[]} networks
 * @param {(network: string, view: string) => void} look @param {() => void} again
 */
function openedFiles(page, networks, look, again) {
  if (!networks.length) return null;
  return h("ul", { class: "opened" }, ...networks.map(({ network, title }) => h("li", null,
    button(title, () => look(network, "draw"), { class: "quiet name", "aria-current": network === page.network ? "true" : null }),
    network === page.network
      ? h("small", { class: "chip" }, t("models.now"))
      : button(t("models.close"), async () => {
        await page.engine.ask("close", { network }).catch((fault) => page.say(fault.message));
        again();
      }, { class: "quiet", "aria-label": t("models.closeNamed", { name: title }) }))));
}
