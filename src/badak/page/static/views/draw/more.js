// Draw: what else the network makes of the image: its nearest training images, where it looks, and
// what would turn it into another class.

import { button, choice, fill, h } from "../../parts/dom.js";
import { count, percent, t } from "../../words.js";
import { grey, signed, strongest } from "../../parts/colours.js";
import { drawInput } from "../../parts/tiles.js";

/** @typedef {import("../../shell.js").Page} Page */
/** @typedef {import("../../engine.js").Tensor} Tensor */

const PAUSE = 250; // milliseconds without a stroke before the slower questions are asked

/** @param {Page} page */
export function morePart(page) {
  const { classes, input: shape } = /** @type {NonNullable<Page["about"]>} */ (page.about);
  const parts = [nearestPart, camPart, turnPart].map((make) => make()).filter((part) => part !== null);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let best = 0, second = 0;

  /** A part whose picture is asked for when the image has rested.
   * @param {string} name @param {HTMLElement[]} controls @param {() => Promise<HTMLElement[]>} ask
   */
  function part(name, controls, ask) {
    const shown = h("div", { class: "row" });
    const section = h("section", { class: `more-${name}`, "aria-labelledby": `more-${name}` },
      h("h2", { id: `more-${name}` }, t(`draw.more.${name}`)),
      h("p", { class: "hint" }, t(`draw.more.${name}Why`)), ...controls, shown);
    let asked = 0;
    async function refresh() {
      if (!page.subject.input) return; // cleared meanwhile
      const mine = ++asked;
      section.setAttribute("aria-busy", "true");
      const content = await ask().catch((fault) => [h("p", { class: "hint" }, fault.message)]);
      if (mine !== asked) return; // another image came meanwhile
      section.removeAttribute("aria-busy");
      fill(shown, ...content);
    }
    /** Forget the picture: it is of another image. */
    function forget() {
      asked++;
      section.removeAttribute("aria-busy");
      fill(shown);
    }
    return { section, refresh, changed: refresh, forget };
  }

  function nearestPart() {
    if (!page.engine.can.has("nearest") || !page.about?.images) return null;
    return part("nearest", [], async () => {
      const { facts, arrays } = await page.look("nearest", { count: 8 });
      const size = arrays.images.data.length / facts.neighbours.length;
      const { searched, total, training } = facts, kind = t(training ? "draw.more.trainingImages" : "draw.more.theseImages");
      const words = t(searched < total ? "draw.more.searchedFirst" : "draw.more.searchedAll",
        { kind, searched: count(searched), total: count(total) });
      return [...facts.neighbours.map(({ label, number }, k) =>
        tile(arrays.images.data.subarray(k * size, (k + 1) * size), classes[label],
          t(training ? "draw.more.training" : "draw.more.image", { number }))), h("p", { class: "hint" }, words)];
    });
  }

  function camPart() {
    if (!page.engine.can.has("grad_cam")) return null;
    return part("cam", [], async () => {
      const { arrays } = await page.look("grad_cam", { label: best });
      const canvas = h("canvas", { class: "pixels wide", role: "img", "aria-label": t("draw.more.camOf", { name: classes[best] }) });
      drawHeat(canvas, arrays.heat);
      return [h("figure", null, canvas, h("figcaption", null, t("draw.more.camOf", { name: classes[best] })))];
    });
  }

  function turnPart() {
    if (!page.engine.can.has("turn") || classes.length < 2) return null;
    const options = classes.map((words, k) => ({ value: `${k}`, words }));
    const likely = { value: "", words: t("draw.more.runnerUp") };
    const list = choice(t("draw.more.turnInto"), [likely, ...options], page.state.turn ?? "", (value) => {
      page.setState({ turn: value });
      made.refresh();
    });
    const start = button(t("draw.more.turnIt"), () => made.refresh());
    const made = part("turn", [h("div", { class: "row end" }, list, start)], async () => {
      const chosen = options.some(({ value }) => value === page.state.turn); // a link may name anything
      const wanted = chosen ? Number(page.state.turn) : second;
      if (wanted === best) return [h("p", { class: "hint" }, t("draw.more.already", { name: classes[best] }))];
      const { facts, arrays } = await page.look("turn", { label: wanted });
      const change = h("canvas", { class: "pixels wide", role: "img", "aria-label": t("draw.more.change") });
      drawChange(change, arrays.change);
      const words = t(facts.reached ? "draw.more.turned" : "draw.more.notTurned",
        { name: classes[wanted], before: percent(facts.before), after: percent(facts.after) });
      return [tile(arrays.image.data, t("draw.more.after"), ""),
        h("figure", null, change, h("figcaption", null, t("draw.more.change"))), h("p", { class: "hint" }, words)];
    });
    return { ...made, changed: made.forget }; // up to 200 passes there and back: only when asked
  }

  /** @param {Tensor["data"]} values @param {string} name @param {string} more */
  function tile(values, name, more) {
    const canvas = h("canvas", { class: "pixels", role: "img", "aria-label": `${name} ${more}` });
    drawInput(canvas, values, shape);
    return h("figure", { title: more }, canvas, h("figcaption", null, name));
  }

  /** The heat over the image, in grey. @param {HTMLCanvasElement} canvas @param {Tensor} heat */
  function drawHeat(canvas, heat) {
    const [h_, w] = heat.shape, image = page.subject.input ?? new Float32Array(h_ * w);
    const largest = strongest(heat.data);
    paint(canvas, h_, w, (i) => {
      const base = grey(image[i] * 0.6), [red, green, blue] = signed(heat.data[i], largest);
      const share = largest ? heat.data[i] / largest : 0;
      return [base[0] + share * (red - base[0]), base[1] + share * (green - base[1]), base[2] + share * (blue - base[2])];
    });
  }

  /** What was added or taken away, over all channels. @param {HTMLCanvasElement} canvas @param {Tensor} change */
  function drawChange(canvas, { shape: [c, rows, columns], data }) {
    const sums = new Float32Array(rows * columns);
    for (let i = 0; i < data.length; i++) sums[i % sums.length] += data[i] / c;
    const largest = strongest(sums);
    paint(canvas, rows, columns, (i) => signed(sums[i], largest));
  }

  const element = h("div", { class: "more desk", hidden: parts.length === 0 }, ...parts.map(({ section }) => section));
  return {
    element,
    /** The image was classified anew. @param {number[]} chances */
    changed(chances) {
      [best, second] = chances.map((_, k) => k).sort((a, b) => chances[b] - chances[a]);
      clearTimeout(waiting);
      waiting = setTimeout(() => parts.forEach(({ changed }) => changed()), PAUSE);
    },
    close: () => clearTimeout(waiting),
  };
}

/** Colour each place of a canvas. @param {HTMLCanvasElement} canvas @param {number} rows
 * @param {number} columns @param {(place: number) => number[]} colour */
function paint(canvas, rows, columns, colour) {
  [canvas.width, canvas.height] = [columns, rows];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = screen.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) pixels.data.set([...colour(i), 255], 4 * i);
  screen.putImageData(pixels, 0, 0);
}
