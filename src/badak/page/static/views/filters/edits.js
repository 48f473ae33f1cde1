// Edits of a layer's filters: which number of which parameter a cell is, and lists of edits.

/** @typedef {import("../../engine.js").Edit} Edit */
/** @typedef {import("../../engine.js").FilterLayer} FilterLayer */

/** Where a filter's cell lies in its layer's parameter.
 * @param {FilterLayer} layer @param {number} filter @param {number} channel
 * @param {number} y @param {number} x */
export function cellIndex(layer, filter, channel, y, x) {
  const [, , height, width] = layer.shape;
  return layer.rows
    ? [filter, (channel * height + y) * width + x]
    : [filter, channel, y, x];
}

/** The edited value of one number, or undefined.
 * @param {Edit[]} edits @param {string} parameter @param {number[]} index */
export function editedValue(edits, parameter, index) {
  return edits.find((edit) => sameNumber(edit, parameter, index))?.value;
}

/** Edits with others put in their place; one whose value is the original is left out.
 * @param {Edit[]} edits @param {(Edit & { original: number })[]} changes @returns {Edit[]} */
export function withEdits(edits, changes) {
  const places = new Set(changes.map((edit) => editPlace(edit)));
  const kept = edits.filter((edit) => !places.has(editPlace(edit)));
  const made = changes.filter((edit) => Math.fround(edit.value) !== edit.original);
  return [...kept, ...made.map(({ parameter, index, value }) => ({ parameter, index, value }))];
}

/** Edits without those of one filter's weights and bias.
 * @param {Edit[]} edits @param {FilterLayer} layer @param {number} filter */
export function withoutFilter(edits, layer, filter) {
  return edits.filter((edit) => !ofFilter(edit, layer, filter));
}

/** Whether an edit changes a filter's weights or bias.
 * @param {Edit} edit @param {FilterLayer} layer @param {number} filter */
export function ofFilter(edit, layer, filter) {
  const own = [layer.parameter, biasName(layer)];
  return own.includes(edit.parameter) && edit.index[0] === filter;
}

/** @param {FilterLayer} layer */
export function biasName(layer) {
  return `${layer.name}.bias`;
}

/** @param {Edit} edit @param {string} parameter @param {number[]} index */
function sameNumber(edit, parameter, index) {
  return edit.parameter === parameter && edit.index.join() === index.join();
}

/** A weight, which is a float32, in as few digits as say the same. @param {number} value */
export function fewDigits(value) {
  for (let digits = 3; digits < 9; digits++) {
    const few = Number(value.toPrecision(digits));
    if (Math.fround(few) === Math.fround(value)) return few;
  }
  return value;
}

/** @param {Edit} edit */
function editPlace(edit) {
  return `${edit.parameter}:${edit.index.join()}`;
}
