// A picture as the network takes it, if it takes any: resized so that it just covers the size, or the
// share `crop` of it does, and its middle is kept, grey or in colour, numbers from 0 to 1. As
// badak.data.read_image does.

import { resize } from "./resize.js";

/** @typedef {import("./resize.js").Plane} Plane */

/** @param {ImageData} pixels @returns {Plane[]} */
export function planesOf(pixels) {
  // ImageData -> red, green, blue planes in [0, 1]; what is transparent shows white paper.
  const { data, height: h, width: w } = pixels;
  return [0, 1, 2].map((channel) => {
    const plane = new Float64Array(h * w);
    for (let i = 0; i < plane.length; i++) {
      const alpha = data[4 * i + 3] / 255;
      plane[i] = (data[4 * i + channel] / 255) * alpha + 1 - alpha;
    }
    return { data: plane, h, w };
  });
}

/** @param {Plane[]} planes @returns {Plane} */
export function greyOf([red, green, blue]) {
  const data = red.data.map((r, i) => 0.299 * r + 0.587 * green.data[i] + 0.114 * blue.data[i]);
  return { data, h: red.h, w: red.w };
}

/** To the nearest of 256 brightnesses, as an image file has them. @param {Plane} plane @returns {Plane} */
function in256Steps(plane) {
  return { ...plane, data: plane.data.map((value) => Math.round(value * 255) / 255) };
}

/** @param {ImageData} pixels @param {number[]} shape (C, H, W) @param {boolean} invert @param {number} crop
 * @returns {Float32Array}
 */
export function pictureInput(pixels, [channels, height, width], invert, crop) {
  const planes = planesOf(pixels), { h, w } = planes[0];
  const share = crop * Math.min(h / height, w / width);
  const box = [(h - share * height) / 2, (w - share * width) / 2, share * height, share * width];
  let fitted = planes.map((plane) => in256Steps(resize(plane, height, width, box)));
  if (channels === 1) fitted = [in256Steps(greyOf(fitted))];
  const input = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++) input.set(fitted[Math.min(c, 2)].data, c * height * width);
  return invert ? input.map((value) => 1 - value) : input;
}
