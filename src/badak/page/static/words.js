// What the page says, in the reader's language. All text is in languages/, one file a language.

import { en } from "./languages/en.js";
import { ko } from "./languages/ko.js";

/** @typedef {"en" | "ko"} Language */

const LANGUAGES = { en, ko };
const KEPT = "badak-language"; // in the browser, once a reader has chosen

/** @type {Language} */
let spoken = "en";

/** The language that the address asks for (?language=ko), else the one chosen before, else the
 * browser's first one that the page speaks, else English. */
export function firstLanguage() {
  const asked = new URLSearchParams(globalThis.location?.search).get("language");
  for (const name of [asked, recall(), ...navigator.languages]) {
    const short = name?.slice(0, 2);
    if (short === "ko" || short === "en") return /** @type {Language} */ (short);
  }
  return "en";
}

function recall() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // a page in a file may have no storage
  }
}

/** Speak a language from now on. @param {Language} language @param {boolean} [chosen] by the reader */
export function speak(language, chosen = false) {
  spoken = language;
  document.documentElement.lang = language;
  if (!chosen) return;
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // It is then asked of the browser again next time.
  }
}

export const languageNow = () => spoken;

/** The text of a key such as "draw.clear", with {name} replaced by values.name.
 * @param {string} key @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  /** @type {any} */
  let text = LANGUAGES[spoken];
  for (const part of key.split(".")) text = text?.[part];
  if (typeof text !== "string") return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** A whole number as the language writes it. @param {number} value */
export function count(value) {
  return value.toLocaleString(spoken);
}

/** A share as percent with one decimal; "–" of none. @param {number | null} share */
export function percent(share) {
  return share === null || !Number.isFinite(share) ? "–" : `${(100 * share).toFixed(1)}%`;
}
