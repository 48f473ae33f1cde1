"use strict";
// The drawing area: strokes by pointer or keyboard, and images from a file, a drop or the clipboard.

const LONGER_SIDE = 320; // of what is drawn or opened, in pixels of the page

function makePad(canvas, frame, pen, { size: [rows, columns], whole, drawable }, changed) {
  // whole: an opened image is shown as it is; otherwise that part of it which covers the size.
  const scale = Math.max(1, Math.round(LONGER_SIDE / Math.max(rows, columns)));
  const blank = [columns * scale, rows * scale];
  const screen = canvas.getContext("2d", { willReadFrequently: true });
  const thick = Math.max(1, 0.08 * Math.min(...blank));
  const pad = { colour: "#ffffff", source: null, drawable, clear, open };
  let last = null, keys = { x: blank[0] / 2, y: blank[1] / 2, down: false };

  function resizeTo(width, height) {
    [canvas.width, canvas.height] = [width, height];
    canvas.style.width = `${(LONGER_SIDE * width) / Math.max(width, height)}px`;
  }

  function clear() {
    resizeTo(...blank);
    screen.fillStyle = "#000";
    screen.fillRect(0, 0, canvas.width, canvas.height);
    pad.source = null;
    changed(true);
  }

  function begin() {
    if (pad.source === "drawing") return;
    clear();
    pad.source = "drawing";
  }

  function line(from, to, done) {
    begin();
    Object.assign(screen, { strokeStyle: pad.colour, lineWidth: thick, lineCap: "round", lineJoin: "round" });
    screen.beginPath();
    screen.moveTo(from.x, from.y);
    screen.lineTo(to.x + 0.01, to.y);
    screen.stroke();
    changed(done);
  }

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
    for (const move of event.getCoalescedEvents?.() ?? [event]) {
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

  function showPen(visible) {
    pen.hidden = !visible;
    pen.classList.toggle("down", keys.down);
    pen.style.left = `${(100 * keys.x) / canvas.width}%`;
    pen.style.top = `${(100 * keys.y) / canvas.height}%`;
  }

  async function open(file) {
    // Any image the browser reads; returns a message if it reads none.
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return `${file.name || "This"} is not an image that this browser can read`;
    }
    const shrink = Math.min(1, 1024 / Math.max(picture.width, picture.height));
    const size = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * shrink)));
    const copy = new OffscreenCanvas(...size).getContext("2d");
    copy.imageSmoothingQuality = "high";
    copy.drawImage(picture, 0, 0, ...size);
    clear();
    if (whole) resizeTo(...size.map((side) => Math.ceil((side * LONGER_SIDE) / Math.max(...size))));
    const fit = Math.max(canvas.width / picture.width, canvas.height / picture.height);
    const [w, h] = [picture.width * fit, picture.height * fit];
    screen.drawImage(picture, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h);
    pad.source = copy.getImageData(0, 0, ...size);
    changed(true);
    return null;
  }

  pad.pixels = () =>
    pad.source === "drawing" ? screen.getImageData(0, 0, canvas.width, canvas.height) : pad.source;

  frame.ownerDocument.addEventListener("dragover", (event) => {
    event.preventDefault();
    frame.classList.add("over");
  });
  frame.ownerDocument.addEventListener("dragleave", () => frame.classList.remove("over"));
  return pad;
}
