// Draw: where the image comes from: the pad, a file, the clipboard, the camera, or the data set.

import { button, h } from "../../parts/dom.js";
import { count, t } from "../../words.js";
import { makePad } from "../../image/pad.js";
import { isAnyModel } from "../../parts/endings.js";
import { cameraPart } from "./camera.js";
import { sampleNamed, sampleOf, samplesPart } from "./samples.js";
import { rememberedInput, rememberInput } from "../../subject.js";

/** @typedef {import("../../shell.js").Page} Page */

/** The image's section.
 * @param {Page} page
 * @param {{ of: (pixels: ImageData, drawn: boolean) => Float32Array | null, given: (input: Float32Array) => void }} prepared
 *   makes the network's input of pixels
 * @param {(done: boolean) => boolean} quick  whether to run now, within a stroke
 */
export function imagePart(page, prepared, quick) {
  const about = /** @type {NonNullable<Page["about"]>} */ (page.about);
  const [channels, height, width] = about.input, photo = about.prepare === "picture";
  const canvas = h("canvas", { id: "pad", tabindex: "0", role: "application",
    "aria-label": t("draw.area"), "aria-describedby": "keys" });
  const pen = h("div", { id: "pen", hidden: true });
  const file = h("input", { type: "file", id: "file", accept: "image/*", hidden: true });
  const start = h("button", { type: "button", id: "start", onclick: () => file.click() },
    h("b", null, t("draw.open")), " ", t("draw.orDrop"));
  const frame = h("div", { id: "frame" }, canvas, pen, start);
  const pad = makePad(canvas, pen, { size: [height, width], whole: !photo, drawable: !photo }, changed);
  let waiting = false, words = "";
  let whole = false; // a stroke has ended: the link is written then
  /** @type {Float32Array | null} */
  let shown = null;

  /** @param {boolean} done */
  function changed(done) {
    whole ||= done;
    if (!quick(done) || waiting) return;
    waiting = true;
    queueMicrotask(() => { // the pieces of one movement together
      waiting = false;
      take();
    });
  }

  function take() {
    const pixels = pad.pixels(), input = pixels && prepared.of(pixels, pad.source === "drawing");
    words = t(pixels ? "draw.blank" : photo && !pad.drawable ? "draw.noImage" : "draw.nothing");
    section.classList.toggle("without", !pad.source);
    shown = input;
    page.setSubject({ input, source: input ? "ink" : "" });
    if (whole) page.setState({ source: input ? "ink" : "", ink: rememberedInput(input) });
    whole = false;
  }

  /** @param {boolean} on  whether a page for photos is drawn on; one for digits always is */
  function drawing(on) {
    pad.drawable = on || !photo;
    section.classList.toggle("drawing", on);
  }

  /** @param {(Blob & { name?: string }) | null | undefined} opened */
  async function open(opened) {
    if (!opened) return;
    drawing(false);
    const fault = await pad.open(opened);
    if (fault) page.say(fault);
  }

  /** Look at the data set's image that a link names. @param {string} source */
  async function fetchSample(source) {
    const named = sampleNamed(source), before = page.subject;
    if (!named || !page.engine.can.has("image")) return;
    try {
      const { subject } = await sampleOf(page, named.part, named.number);
      if (page.subject === before) page.setSubject(subject);
    } catch (fault) {
      page.say(/** @type {Error} */ (fault).message);
    }
  }

  /** Look at the image that the link names, if it is another. */
  function begin() {
    if (page.state.source && page.state.source !== page.subject.source) {
      const input = rememberInput(page.state.ink ?? "", channels * height * width);
      if (input) page.setSubject({ input, source: "ink" });
      else fetchSample(page.state.source);
    }
    showSubject();
  }

  /** Show the image that is looked at, whoever chose it. */
  function showSubject() {
    shown = page.subject.input;
    const { input, source } = page.subject;
    if (!input) return;
    pad.show(imageOf(input, about.input));
    prepared.given(input);
    section.classList.remove("without");
    page.setState({ source, ink: source === "ink" ? rememberedInput(input) : "" });
  }

  page.onSubject(() => {
    if (page.subject.input !== shown) showSubject();
  });
  const samples = samplesPart(page), camera = cameraPart(page, open);
  const colour = h("input", { type: "color", id: "colour", value: "#ffffff" });
  colour.addEventListener("input", () => (pad.colour = colour.value));
  file.addEventListener("change", async () => {
    await open(file.files?.[0]);
    file.value = "";
  });
  const section = h("section", { class: `image without${photo ? " photo" : ""}`, "aria-labelledby": "draw-title" },
    h("h2", { id: "draw-title" }, t("draw.image")), frame,
    h("div", { class: "tools" },
      button(t("draw.clear"), () => {
        pad.clear();
      }, { id: "clear" }),
      button(t("draw.open"), () => file.click(), { id: "open" }), camera.element,
      photo && button(t("draw.instead"), () => {
        drawing(true);
        pad.clear();
        canvas.focus();
      }, { id: "draw" }),
      file,
      channels > 1 && h("label", { class: "tick", id: "colour-label" }, t("draw.pen"), colour)),
    samples.element,
    h("p", { class: "hint", id: "keys" }, t("draw.keys")),
    h("p", { class: "hint" }, t("draw.takes", {
      classes: count(about.classes.length), height, width, parameters: count(about.parameters),
      channels: channels === 1 ? t("draw.grey") : t("draw.channels", { count: channels }) })));

  const over = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    frame.classList.add("over");
  };
  const drop = (/** @type {DragEvent} */ event) => {
    event.preventDefault();
    frame.classList.remove("over");
    const dropped = event.dataTransfer?.files[0];
    if (dropped && !isAnyModel(dropped)) open(dropped); // a model's file is for the page
  };
  const leave = () => frame.classList.remove("over");
  const paste = (/** @type {ClipboardEvent} */ event) => void open(event.clipboardData?.files[0]);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", leave);
  document.addEventListener("drop", drop);
  document.addEventListener("paste", paste);
  return {
    element: section, begin, changed, why: () => words || t(photo ? "draw.noImage" : "draw.nothing"),
    close() {
      camera.close();
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
      document.removeEventListener("paste", paste);
    },
  };
}

/** The network's input as pixels. @param {Float32Array} input @param {number[]} shape */
function imageOf(input, [c, h, w]) {
  const image = new ImageData(w, h);
  for (let i = 0; i < h * w; i++) {
    for (let k = 0; k < 3; k++) image.data[4 * i + k] = Math.round(255 * input[Math.min(k, c - 1) * h * w + i]);
    image.data[4 * i + 3] = 255;
  }
  return image;
}
