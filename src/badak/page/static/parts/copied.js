// A button that copies text, and shows it so that it can be read before.

import { button, h } from "./dom.js";
import { t } from "../words.js";

/** @param {string} words @param {() => string} text @param {(words: string) => void} say */
export function copied(words, text, say) {
  const shown = h("pre", { tabindex: "0", "aria-label": words });
  const details = h("details", { class: "copied" }, h("summary", null, words), shown,
    button(t("shell.copy"), () => copyText(text(), shown, say)));
  details.addEventListener("toggle", () => {
    if (details.open) shown.textContent = text();
  });
  return details;
}

/** Copy a text; without a clipboard, which plain HTTP has not, select it where it is shown.
 * @param {string} text @param {HTMLElement} shown @param {(words: string) => void} say
 */
export async function copyText(text, shown, say) {
  try {
    await navigator.clipboard.writeText(text);
    say(t("shell.copied"));
  } catch {
    getSelection()?.selectAllChildren(shown); // the reader's own keys can copy it now
    say(t("shell.selected"));
  }
}
