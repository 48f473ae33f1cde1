// Filters and maps as small pictures, a pixel a cell; CSS makes them larger.

import { signedTile } from "../../parts/tiles.js";

/** Draw signed values on one scale.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} values @param {number} start
 * @param {number} height @param {number} width @param {number} largest the value of full colour
 */
export function drawSigned(canvas, values, start, height, width, largest) {
  [canvas.width, canvas.height] = [width, height];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  screen.drawImage(signedTile(values, start, height, width, largest), 0, 0);
}

/** Draw a filter of a colour image in colour: grey is 0.
 * @param {HTMLCanvasElement} canvas @param {ArrayLike<number>} values (3, H, W)
 * @param {number} height @param {number} width @param {number} largest
 */
export function drawColours(canvas, values, height, width, largest) {
  [canvas.width, canvas.height] = [width, height];
  const screen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = screen.createImageData(width, height), size = height * width;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = 127.5 * (1 + values[k * size + i] / largest);
    pixels.data[4 * i + 3] = 255;
  }
  screen.putImageData(pixels, 0, 0);
}

/** Rows and columns for numbers without a shape, nearly as many of the one as of the other.
 * @param {number} count @returns {[number, number]} */
export function nearlySquare(count) {
  const width = Math.ceil(Math.sqrt(count));
  return [Math.ceil(count / width), width];
}
