// The networks that the server can open: runs, and files that were sent to it.

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {{ network: string, title: string, run: import("../../engine.js").RunRow | null }} Known */

/** Runs with weights, the best of each data set first, then what else is open. @param {Page} page
 * @returns {Promise<Known[]>}
 */
export async function knownNetworks(page) {
  const [{ facts: list }, { facts: open }] = await Promise.all([page.engine.ask("runs", {}), page.engine.ask("opened", {})]);
  /** @type {Known[]} */
  const runs = list.runs.filter((run) => run.bytes > 0).map((run) => ({ network: run.network, title: run.name, run }));
  const listed = new Set(runs.map(({ network }) => network));
  const others = open.networks.filter(({ network }) => !listed.has(network))
    .map(({ network, title }) => ({ network, title, run: null }));
  return [...runs, ...others];
}

/** Whether a run's images fit a network. @param {Known} known @param {import("../../shell.js").About} about */
export function opensLike({ run }, { input, classes }) {
  return run !== null && run.classes === classes.length && run.input.join() === input.join();
}

/** Look at another network; words if it cannot be opened. @param {Page} page @param {string} network
 * @param {string} view @param {Record<string, string>} [state]
 */
export async function lookAt(page, network, view, state = {}) {
  await page.engine.ask("network", { network });
  location.hash = page.linkTo(view, { ...state, network });
}
