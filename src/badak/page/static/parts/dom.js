// Elements made by hand: no text becomes HTML, and no style needs an attribute.

/** @typedef {Node | string | number | null | undefined | false} Child */

/** Make an element. Properties that begin with "on" are listeners, "class", "for" and names with a
 * dash are attributes, booleans set or leave out an attribute, `style` is an object.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any> | null} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) setProperty(element, name, value);
  fill(element, ...children);
  return element;
}

/** Replace what an element holds.
 * @param {Element} element
 * @param {...(Child | Child[])} children
 */
export function fill(element, ...children) {
  const nodes = children.flat().filter((child) => child !== null && child !== undefined && child !== false);
  element.replaceChildren(...nodes.map((child) => (child instanceof Node ? child : String(child))));
}

/** @param {HTMLElement} element @param {string} name @param {any} value */
function setProperty(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name === "style") Object.assign(element.style, value);
  else if (name === "dataset") Object.assign(element.dataset, value);
  else if (value === true) element.setAttribute(name, "");
  else if (name === "value" || name === "textContent") /** @type {any} */ (element)[name] = value;
  else element.setAttribute(name, String(value));
}

/** A button.
 * @param {string} words @param {(event: MouseEvent) => void} act @param {Record<string, any>} [more]
 */
export function button(words, act, more = {}) {
  return h("button", { type: "button", onclick: act, ...more }, words);
}

/** A checkbox with its label.
 * @param {string} words @param {boolean} on @param {(on: boolean) => void} act
 */
export function tick(words, on, act) {
  const box = h("input", { type: "checkbox", checked: on });
  box.addEventListener("change", () => act(box.checked));
  return h("label", { class: "tick" }, box, words);
}

/** A labelled list of choices.
 * @param {string} words @param {{ value: string, words: string }[]} choices @param {string} chosen
 * @param {(value: string) => void} act
 */
export function choice(words, choices, chosen, act) {
  const list = h("select", null, ...choices.map((entry) => h("option", { value: entry.value }, entry.words)));
  list.value = chosen;
  list.addEventListener("change", () => act(list.value));
  return h("label", { class: "choice" }, h("span", null, words), list);
}

/** Whether the reader asked for little movement. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
