// Several things of which one is chosen: one stop of the Tab key, and arrow keys among them.

/** Let arrow keys, Home and End move among a container's items.
 * @param {HTMLElement} container @param {() => HTMLElement[]} items in order
 * @param {(item: HTMLElement) => void} [arrive] called when keys have moved to an item
 */
export function roving(container, items, arrive = () => {}) {
  container.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items(), now = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (now < 0) return;
    const next = rovingTarget(event.key, now, all);
    if (next === null) return;
    event.preventDefault();
    all[next].focus();
    arrive(all[next]);
  });
}

/** Make one item the Tab key's stop. @param {HTMLElement[]} all @param {number} chosen */
export function rovingStop(all, chosen) {
  all.forEach((item, i) => (item.tabIndex = i === chosen ? 0 : -1));
}

/** @param {string} key @param {number} now @param {HTMLElement[]} all */
function rovingTarget(key, now, all) {
  const last = all.length - 1, top = all[0].offsetTop;
  const found = all.findIndex((item) => item.offsetTop !== top), columns = found < 0 ? all.length : found;
  /** @type {Record<string, number>} */
  const to = { ArrowLeft: now - 1, ArrowRight: now + 1, ArrowUp: now - columns, ArrowDown: now + columns, Home: 0, End: last };
  return key in to && to[key] >= 0 && to[key] <= last ? to[key] : null;
}
