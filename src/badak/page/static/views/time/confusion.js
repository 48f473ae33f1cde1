// The confusion matrix at one moment.

import { fill, h } from "../../parts/dom.js";
import { colours, confusionColour, inkOn } from "../../parts/colours.js";
import { count, t } from "../../words.js";

/** @typedef {import("./moments.js").Moments} Moments */

const CONFUSION_WORDED = 12; // with more classes the matrix is a picture, without numbers

/** @param {Moments} moments */
export function confusionPart(moments) {
  const { classes } = moments.facts;
  return classes.length <= CONFUSION_WORDED ? confusionTable(classes) : confusionPicture(classes);
}

/** @param {string[]} classes */
function confusionTable(classes) {
  const cells = classes.map(() => classes.map(() => h("td")));
  const element = h("table", { class: "time-confusion" },
    h("thead", null, h("tr", null, h("td"), ...classes.map((name) => h("th", { scope: "col", title: name }, h("span", null, name))))),
    h("tbody", null, ...classes.map((name, k) => h("tr", null, h("th", { scope: "row", title: name }, h("span", null, name)), ...cells[k]))));
  const caption = h("caption", { class: "unseen" });
  element.prepend(caption);

  /** @param {ArrayLike<number>} values (K, K) @param {number} step */
  function update(values, step) {
    caption.textContent = t("time.confusionAt", { step });
    const k = classes.length;
    cells.forEach((row, truth) => {
      const total = confusionRowSum(values, truth * k, k);
      row.forEach((cell, said) => {
        const value = values[truth * k + said], share = total ? value / total : 0;
        const colour = confusionColour(share, truth === said);
        cell.textContent = value ? count(value) : "";
        cell.style.backgroundColor = value ? `rgb(${colour})` : "";
        cell.style.color = value ? inkOn(colour) : "";
      });
    });
  }

  return { element, update };
}

/** @param {string[]} classes */
function confusionPicture(classes) {
  const k = classes.length, canvas = h("canvas", { role: "img", class: "time-confusion-picture", width: k, height: k });
  const element = h("div", null, canvas);

  /** @param {ArrayLike<number>} values (K, K) @param {number} step */
  function update(values, step) {
    const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = screen.createImageData(k, k), { zero } = colours();
    for (let truth = 0; truth < k; truth++) {
      const total = confusionRowSum(values, truth * k, k);
      for (let said = 0; said < k; said++) {
        const share = total ? values[truth * k + said] / total : 0, i = truth * k + said;
        const colour = share ? confusionColour(share, truth === said) : zero;
        pixels.data.set([...colour, 255], 4 * i);
      }
    }
    screen.putImageData(pixels, 0, 0);
    canvas.setAttribute("aria-label", t("time.confusionAt", { step }));
    fill(element, canvas);
  }

  return { element, update };
}

/** @param {ArrayLike<number>} values @param {number} start @param {number} length */
function confusionRowSum(values, start, length) {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += values[i];
  return sum;
}
