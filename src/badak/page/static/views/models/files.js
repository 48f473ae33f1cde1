// Model files: dropped anywhere on the page, or chosen; what the server says of them.

import { openByHttp } from "../../engines/http.js";
import { button, h } from "../../parts/dom.js";
import { MODEL_ENDINGS, isModelFile } from "../../parts/endings.js";
import { t } from "../../words.js";

/** @typedef {import("../../shell.js").Page} Page */

/** Send a file and look at its network. @param {Page} page @param {File} file
 * @param {(words: string) => void} told @param {string} view
 */
export async function openModelFile(page, file, told, view) {
  if (!isModelFile(file)) {
    told(t("models.otherFile", { name: file.name }));
    return;
  }
  told(t("models.opening", { name: file.name }));
  try {
    const { network } = await openByHttp(file, page.network);
    told("");
    location.hash = page.linkTo(view, { network });
  } catch (fault) {
    told(`${t("models.cannot", { name: file.name })} ${/** @type {Error} */ (fault).message}`);
  }
}

/** A button that opens a model file. @param {Page} page @param {(words: string) => void} told @param {string} view
 * @param {Record<string, any>} [more] of the button
 */
export function modelFileButton(page, told, view, more) {
  const input = h("input", { type: "file", accept: MODEL_ENDINGS.join(","), hidden: true, "aria-label": t("models.open") });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) openModelFile(page, file, told, view);
    input.value = "";
  });
  return h("span", null, input, button(t("models.open"), () => input.click(), more));
}

/** Open model files that are dropped anywhere; images are for the view Draw. @param {Page} page */
export function dropModels(page) {
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (!file || (!isModelFile(file) && file.type.startsWith("image/"))) return;
    page.go("models", {});
    const told = /** @type {((words: string) => void) | undefined} */ (toldByModels);
    openModelFile(page, file, told ?? page.say, "draw");
  });
}

/** @type {((words: string) => void) | null} */
let toldByModels = null;

/** Where the view Models tells of files while it is open. @param {((words: string) => void) | null} told */
export function tellModels(told) {
  toldByModels = told;
}
