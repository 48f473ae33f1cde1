// The network looked at, in the header: the list of those that can be.

import { fill, h } from "../../parts/dom.js";
import { t } from "../../words.js";
import { readLink } from "../../link.js";
import { knownNetworks, lookAt } from "./known.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("./known.js").Known} Known */

/** @type {Known[]} */
let listed = []; // what was known when the header was made last

/** @param {Page} page */
export function networkChooser(page) {
  const list = h("select", { class: "network", "aria-label": t("models.network") });

  /** @param {Known[]} known */
  function offer(known) {
    listed = known;
    const option = (/** @type {Known} */ { network, title }) => h("option", { value: network }, title);
    const runs = known.filter(({ run }) => run), others = known.filter(({ run }) => !run);
    fill(list,
      others.length > 0 && h("optgroup", { label: t("models.opened") }, ...others.map(option)),
      runs.length > 0 && h("optgroup", { label: t("models.runs") }, ...runs.map(option)));
    list.value = page.network;
  }

  list.addEventListener("change", async () => {
    try {
      await lookAt(page, list.value, readLink().view);
    } catch (fault) {
      page.say(/** @type {Error} */ (fault).message);
      list.value = page.network;
    }
  });
  const look = () => void knownNetworks(page).then(offer, () => {});
  list.addEventListener("focus", look);
  offer(listed);
  look();
  return list;
}
