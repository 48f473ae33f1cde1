// Train: choose data, network and learning; start; watch the network learn. Runs that other processes
// train, and finished ones, are watched too.

import { button, fill, h } from "../parts/dom.js";
import { t } from "../words.js";
import { setupPart } from "./train/setup.js";
import { isActive } from "./train/story.js";
import { watchPart } from "./train/watch.js";

/** @typedef {import("../shell.js").Page} Page */
/** @typedef {import("../shell.js").Open} Open */

/** @type {import("../shell.js").View} */
export const trainView = { name: "train", needs: ["train_start"], free: true, open: openTrain };

/** @param {Page} page @returns {Open} */
function openTrain(page) {
  const ways = h("div", { class: "tools train-ways" }), body = h("div");
  const element = h("div", { class: "train" }, ways, body);
  /** @type {{ close: () => void } | null} */
  let part = null;
  let closed = false;

  async function show() {
    const [{ facts: options }, { facts: now }] = await Promise.all([
      page.engine.ask("train_options", {}), page.engine.ask("train_state", {}),
    ]);
    if (closed) return;
    // A training that runs is found again, whatever the link says of choices.
    const wanted = page.state.show || (isActive(now.state) ? "watch" : "setup");
    showWays(options, now, wanted);
    part?.close();
    const run = page.state.run === now.run ? "" : page.state.run ?? "";
    const made = wanted === "watch"
      ? watchPart(page, run, refreshWays)
      : setupPart(page, options, () => go({ show: "watch", run: "" }));
    part = made;
    fill(body, made.element);
  }

  async function refreshWays() {
    const [{ facts: options }, { facts: now }] = await Promise.all([
      page.engine.ask("train_options", {}), page.engine.ask("train_state", {}),
    ]);
    if (!closed) showWays(options, now, "watch");
  }

  /** @param {import("../engine.js").TrainOptions} options @param {import("../engine.js").TrainNow} now @param {string} wanted */
  function showWays({ runs }, now, wanted) {
    const shown = wanted === "watch" ? page.state.run || now.run : "";
    const rank = { here: 0, elsewhere: 1, stopped: 2, finished: 3 };
    const sorted = [...runs].sort((a, b) => rank[a.state] - rank[b.state]);
    const list = h("select", { "aria-label": t("train.watch"), id: "train-runs" },
      h("option", { value: "" }, t("train.chooseRun")),
      ...sorted.map(({ name, state }) => h("option", { value: name }, `${name} · ${t(`train.runStates.${state}`)}`)));
    list.value = runs.some(({ name }) => name === shown) ? shown : "";
    list.addEventListener("change", () => list.value && go({ show: "watch", run: list.value }));
    fill(ways, button(t("train.fresh"), () => go({ show: "setup", run: "" }), { "aria-pressed": String(wanted === "setup"), id: "train-new" }),
      isActive(now.state) && button(t("train.current", { name: now.run }), () => go({ show: "watch", run: "" }),
        { "aria-pressed": String(wanted === "watch" && shown === now.run), id: "train-now" }),
      runs.length > 0 && list);
  }

  /** @param {Record<string, string>} change */
  function go(change) {
    page.setState(change, true);
    show().catch(failed);
  }

  /** @param {unknown} fault */
  const failed = (fault) => fill(body, h("p", { class: "empty-state", role: "alert" }, fault instanceof Error ? fault.message : String(fault)));
  show().catch(failed);
  return {
    element,
    update: () => void show().catch(failed),
    close() {
      closed = true;
      part?.close();
    },
  };
}
