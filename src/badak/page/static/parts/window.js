// How a window slides along one axis: the size formula of badak/ops/window.py, with its numbers.

/** @typedef {object} Slide
 * @property {number} kernel @property {number} stride @property {number} dilation
 * @property {number} before  padding @property {number} after  padding
 */

/** Cells from the window's first to its last. @param {Slide} slide */
export function slideSpan({ kernel, dilation }) {
  return dilation * (kernel - 1) + 1;
}

/** How many places it takes; below 1 it does not fit. @param {Slide} slide @param {number} size */
export function slidePlaces(slide, size) {
  return Math.floor(slideRoom(slide, size) / slide.stride) + 1;
}

/** How far it can move from its first place. @param {Slide} slide @param {number} size */
export function slideRoom(slide, size) {
  return size + slide.before + slide.after - slideSpan(slide);
}

/** As Window.formula writes it. @param {Slide} slide @param {number} size */
export function slideFormula(slide, size) {
  const padding = slide.before + slide.after, reach = slideSpan(slide) - 1;
  return `(${size} + ${padding} - ${reach} - 1) // ${slide.stride} + 1 = ${slidePlaces(slide, size)}`;
}

/** The cells of the input that it reads at a place; below 0 and from the size on is padding.
 * @param {Slide} slide @param {number} place
 */
export function slideCells(slide, place) {
  const first = place * slide.stride - slide.before;
  return Array.from({ length: slide.kernel }, (_, k) => first + k * slide.dilation);
}

/** How many places read each cell of the padded input. @param {Slide} slide @param {number} size */
export function slideUses(slide, size) {
  const uses = new Array(size + slide.before + slide.after).fill(0);
  for (let place = 0; place < slidePlaces(slide, size); place++)
    for (const cell of slideCells(slide, place)) uses[cell + slide.before]++;
  return uses;
}
