"use strict";
// Pictures of values: each map a tile, blue below 0, orange above, one scale per layer.

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => {
    const digits = style.getPropertyValue(name).trim().slice(1);
    return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  };
  return { zero: of("--zero"), plus: of("--plus"), minus: of("--minus"), line: of("--soft") };
}

const MAXIMUM_MAPS = 64, MAXIMUM_NUMBERS = 1024; // maps, or maps of one number, that are drawn at first

function mapsOf(shape) {
  // How many maps there are, and how many of them are drawn at first.
  const [c, h, w] = shape.length === 3 ? shape : [shape[0], 1, 1];
  return { count: c, few: Math.min(c, h * w === 1 ? MAXIMUM_NUMBERS : MAXIMUM_MAPS) };
}

function drawMaps(canvas, values, shape, room, c) {
  // The first `c` maps as tiles side by side in `room` pixels; a number is a tile of one cell.
  const [h, w] = shape.length === 3 ? shape.slice(1) : [1, 1];
  const side = Math.max(h, w), gap = side === 1 ? 2 : 6;
  const wanted = c > 128 ? 32 : c > 32 || room < 1000 ? 64 : 84;
  const zoom = side > wanted ? Math.min(1, 112 / side) : Math.min(14, Math.max(1, Math.round(wanted / side)));
  const width = Math.max(1, Math.round(w * zoom)), height = Math.max(1, Math.round(h * zoom));
  const columns = Math.max(1, Math.min(c, Math.floor((room + gap) / (width + gap))));
  const rows = Math.ceil(c / columns), ratio = window.devicePixelRatio || 1;
  const total = [columns * (width + gap) - gap, rows * (height + gap) - gap];
  [canvas.width, canvas.height] = total.map((side) => Math.round(side * ratio));
  [canvas.style.width, canvas.style.height] = [`${total[0]}px`, "auto"];
  const { zero, plus, minus, line } = colours(), largest = strongest(values);
  const tile = new OffscreenCanvas(w, h), inner = tile.getContext("2d");
  const pixels = inner.createImageData(w, h), screen = canvas.getContext("2d");
  screen.scale(ratio, ratio);
  screen.imageSmoothingEnabled = zoom < 1;
  screen.strokeStyle = `rgb(${line})`;
  for (let m = 0; m < c; m++) {
    for (let i = 0; i < h * w; i++) {
      const value = values[m * h * w + i], end = value < 0 ? minus : plus;
      const share = largest ? Math.min(1, Math.abs(value) / largest) : 0;
      for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = zero[k] + share * (end[k] - zero[k]);
      pixels.data[4 * i + 3] = 255;
    }
    inner.putImageData(pixels, 0, 0);
    const x = (m % columns) * (width + gap), y = Math.floor(m / columns) * (height + gap);
    screen.drawImage(tile, x, y, width, height);
    screen.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
  return largest;
}

function strongest(values) {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

function drawInput(canvas, input, [c, h, w]) {
  [canvas.width, canvas.height] = [w, h];
  const screen = canvas.getContext("2d"), pixels = screen.createImageData(w, h);
  for (let i = 0; i < h * w; i++) {
    for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = 255 * input[Math.min(k, c - 1) * h * w + i];
    pixels.data[4 * i + 3] = 255;
  }
  screen.putImageData(pixels, 0, 0);
}
