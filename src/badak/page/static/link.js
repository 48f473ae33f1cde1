// The page's state in its address: #view?key=value. A link restores what one sees.

/** @typedef {{ view: string, state: Record<string, string> }} Place */

/** @returns {Place} */
export function readLink() {
  const [view, query = ""] = location.hash.slice(1).split("?");
  return { view, state: Object.fromEntries(new URLSearchParams(query)) };
}

/** The link of a view's state; what is "" is left out.
 * @param {string} view @param {Record<string, string>} state
 */
export function linkOf(view, state) {
  const query = new URLSearchParams(Object.entries(state).filter(([, value]) => value !== "")).toString();
  return `#${view}${query ? `?${query}` : ""}`;
}

/** Write the address; `step`: as a new place that Back leaves again.
 * @param {string} view @param {Record<string, string>} state @param {boolean} [step]
 */
export function writeLink(view, state, step = false) {
  const address = linkOf(view, state);
  if (address === location.hash) return;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
