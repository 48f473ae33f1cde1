// The drawing area: strokes by pointer or keyboard, and images from a file, a drop or the clipboard.

import { t } from "../words.js";

const LONGER_SIDE = 320; // of what is drawn or opened, in pixels of the page
const PREPARED_SIDE = 112; // of a drawing that is prepared: four times that of MNIST's digits

/** @typedef {object} Pad
 * @property {string} colour  of the pen
 * @property {boolean} drawable
 * @property {ImageData | "drawing" | null} source  an opened image, what is drawn, or nothing
 * @property {() => void} clear
 * @property {(file: Blob & { name?: string }) => Promise<string | null>} open  a message if it is no image
 * @property {(image: ImageData) => void} show  an image that is the input already
 * @property {() => ImageData | null} pixels
 */

/** Make a drawing area of a canvas.
 * @param {HTMLCanvasElement} canvas @param {HTMLElement} pen  a mark for the keyboard's pen
 * @param {{ size: number[], whole: boolean, drawable: boolean }} look
 *   size: rows and columns of the network's input; whole: an opened image is shown as it is,
 *   otherwise that part of it which covers the size
 * @param {(done: boolean) => void} changed  at each piece of a stroke, and when something is done
 * @returns {Pad}
 */
export function makePad(canvas, pen, { size: [rows, columns], whole, drawable }, changed) {
  const scale = Math.max(1, Math.round(LONGER_SIDE / Math.max(rows, columns)));
  const blank = [columns * scale, rows * scale];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const small = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true }));
  const thick = Math.max(1, 0.08 * Math.min(...blank));
  /** @type {Pad} */
  const pad = { colour: "#ffffff", source: null, drawable, clear, open, show, pixels };
  /** @type {{ x: number, y: number } | null} */
  let last = null;
  const keys = { x: blank[0] / 2, y: blank[1] / 2, down: false };

  /** @param {number} width @param {number} height */
  function resizeTo(width, height) {
    [canvas.width, canvas.height] = [width, height];
    canvas.style.width = `${(LONGER_SIDE * width) / Math.max(width, height)}px`;
  }

  function empty() {
    resizeTo(blank[0], blank[1]);
    screen.fillStyle = "#000";
    screen.fillRect(0, 0, canvas.width, canvas.height);
    pad.source = null;
  }

  function clear() {
    empty();
    changed(true);
  }

  function begin() {
    if (pad.source === "drawing") return;
    clear();
    pad.source = "drawing";
  }

  /** @param {{ x: number, y: number }} from @param {{ x: number, y: number }} to @param {boolean} done */
  function line(from, to, done) {
    begin();
    Object.assign(screen, { strokeStyle: pad.colour, lineWidth: thick, lineCap: "round", lineJoin: "round" });
    screen.beginPath();
    screen.moveTo(from.x, from.y);
    screen.lineTo(to.x + 0.01, to.y);
    screen.stroke();
    changed(done);
  }

  /** @param {PointerEvent} event */
  function place(event) {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * canvas.width,
      y: ((event.clientY - box.top) / box.height) * canvas.height,
    };
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button || !pad.drawable) return;
    begin();
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    line(last, last, false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      const next = place(move);
      line(last, next, false);
      last = next;
    }
  });
  for (const kind of ["pointerup", "pointercancel"])
    canvas.addEventListener(kind, () => {
      if (last) changed(true);
      last = null;
    });

  /** @type {Record<string, [number, number]>} */
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !pad.drawable) return;
    const way = ways[event.key], from = { ...keys };
    if (way) {
      const step = Math.max(canvas.width, canvas.height) / 28;
      keys.x = Math.min(canvas.width, Math.max(0, keys.x + way[0] * step));
      keys.y = Math.min(canvas.height, Math.max(0, keys.y + way[1] * step));
      if (keys.down) line(from, keys, true);
    } else if (event.key === " ") {
      keys.down = !keys.down;
      if (keys.down) line(keys, keys, true);
    } else if (event.key === "Delete" || event.key === "Backspace") clear();
    else return;
    event.preventDefault();
    showPen(true);
  });
  canvas.addEventListener("focus", () => showPen(pad.drawable && canvas.matches(":focus-visible")));
  canvas.addEventListener("blur", () => {
    keys.down = false;
    showPen(false);
  });

  /** @param {boolean} visible */
  function showPen(visible) {
    pen.hidden = !visible;
    pen.classList.toggle("down", keys.down);
    pen.style.left = `${(100 * keys.x) / canvas.width}%`;
    pen.style.top = `${(100 * keys.y) / canvas.height}%`;
  }

  /** Any image the browser reads. @param {Blob & { name?: string }} file */
  async function open(file) {
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return t("draw.unreadable", { name: file.name || t("draw.this") });
    }
    const shrink = Math.min(1, 1024 / Math.max(picture.width, picture.height));
    const size = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * shrink)));
    const copy = /** @type {OffscreenCanvasRenderingContext2D} */ (
      new OffscreenCanvas(size[0], size[1]).getContext("2d"));
    copy.imageSmoothingQuality = "high";
    copy.drawImage(picture, 0, 0, size[0], size[1]);
    empty();
    if (whole) {
      const [width, height] = size.map((side) => Math.ceil((side * LONGER_SIDE) / Math.max(...size)));
      resizeTo(width, height);
    }
    const fit = Math.max(canvas.width / picture.width, canvas.height / picture.height);
    const [w, h] = [picture.width * fit, picture.height * fit];
    screen.drawImage(picture, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
    pad.source = copy.getImageData(0, 0, size[0], size[1]);
    changed(true);
    return null;
  }

  /** @param {ImageData} image */
  function show(image) {
    empty();
    const whole = new OffscreenCanvas(image.width, image.height);
    /** @type {OffscreenCanvasRenderingContext2D} */ (whole.getContext("2d")).putImageData(image, 0, 0);
    screen.imageSmoothingEnabled = image.width > canvas.width;
    screen.drawImage(whole, 0, 0, canvas.width, canvas.height);
    screen.imageSmoothingEnabled = true;
    pad.source = image;
  }

  function pixels() {
    if (pad.source !== "drawing") return pad.source;
    // What is smaller is prepared sooner, at each piece of a stroke.
    const factor = Math.min(1, PREPARED_SIDE / Math.max(canvas.width, canvas.height));
    const [width, height] = [canvas.width, canvas.height].map((side) => Math.ceil(side * factor));
    small.canvas.width = width;
    small.canvas.height = height;
    small.drawImage(canvas, 0, 0, width, height);
    return small.getImageData(0, 0, width, height);
  }

  empty();
  return pad;
}
