// What the view Filters looks at: a layer, one of its filters, one cell; with the page's edits.

import { biasName, cellIndex, editedValue, fewDigits, ofFilter, withEdits, withoutFilter } from "./edits.js";

/** @typedef {import("../../engine.js").FilterLayer} FilterLayer */
/** @typedef {import("../../engine.js").Tensor} Tensor */
/** @typedef {import("../../engine.js").Edit} Edit */
/** @typedef {import("../../shell.js").Page} Page */

export const FILTERS_A_PAGE = 32;

/** Filters `start`... of a layer, as they were trained.
 * @typedef {object} Trained
 * @property {FilterLayer} layer
 * @property {number} start
 * @property {number} scale
 * @property {Tensor} weight
 * @property {Tensor=} bias
 * @property {Tensor=} connected
 */

/** One cell of a filter. @typedef {{ filter: number, slice: number, y: number, x: number }} Place */

export class Bench {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {FilterLayer[]} */
    this.layers = [];
    /** @type {Trained | null} */
    this.loaded = null;
    this.ticket = 0;
  }

  /** Ask for the filters that the page's state names; false if others are wanted by then. */
  async load() {
    const ticket = ++this.ticket, { engine, network } = this.page;
    if (!this.layers.length) this.layers = (await engine.ask("filter_layers", { network })).facts.layers;
    if (!this.layers.length) return ticket === this.ticket;
    const { layer, filter } = this.at;
    const start = filter - (filter % FILTERS_A_PAGE);
    if (this.loaded?.layer === layer && this.loaded.start === start) return ticket === this.ticket;
    const asked = { network, layer: layer.name, start, count: FILTERS_A_PAGE };
    const { facts, arrays } = await engine.ask("filters", asked);
    if (ticket !== this.ticket) return false;
    const { weight, bias, connected } = arrays;
    this.loaded = { layer, start, scale: facts.scale || 1, weight, bias, connected };
    return true;
  }

  /** The layer and cell that the page's state names, within bounds.
   * @returns {{ layer: FilterLayer } & Place} */
  get at() {
    const { state } = this.page;
    const layer = this.layers.find((each) => each.name === state.layer) ?? this.layers[0];
    const [filters, slices, height, width] = layer.shape;
    return {
      layer,
      filter: numberWithin(state.filter, filters, 0),
      slice: numberWithin(state.slice, slices, 0),
      y: numberWithin(state.y, height, height >> 1),
      x: numberWithin(state.x, width, width >> 1),
    };
  }

  /** What was loaded; only read once `load` has returned true. */
  get trained() {
    return /** @type {Trained} */ (this.loaded);
  }

  /** How many filters are loaded. */
  get count() {
    return this.trained.weight.shape[0];
  }

  /** A filter's weights (C, KH, KW) as trained.
   * @param {number} filter */
  original(filter) {
    const { weight, start } = this.trained, size = weight.data.length / weight.shape[0];
    return weight.data.subarray((filter - start) * size, (filter - start + 1) * size);
  }

  /** A filter's weights (C, KH, KW) with the edits.
   * @param {number} filter */
  edited(filter) {
    const { layer } = this.trained, cells = this.original(filter).slice();
    for (const { parameter, index, value } of this.page.edits)
      if (parameter === layer.parameter && index[0] === filter)
        cells[this.offset(index)] = value;
    return cells;
  }

  /** Where in (C, KH, KW) an index into the parameter lies.
   * @param {number[]} index */
  offset([, ...inside]) {
    const { layer } = this.trained, [, , height, width] = layer.shape;
    return layer.rows ? inside[0] : (inside[0] * height + inside[1]) * width + inside[2];
  }

  /** @param {Place} place */
  originalCell({ filter, slice, y, x }) {
    const [, , height, width] = this.trained.layer.shape;
    return this.original(filter)[(slice * height + y) * width + x];
  }

  /** @param {Place} place */
  cell(place) {
    const { parameter } = this.trained.layer, index = this.index(place);
    return editedValue(this.page.edits, parameter, index) ?? this.originalCell(place);
  }

  /** @param {Place} place */
  index({ filter, slice, y, x }) {
    return cellIndex(this.trained.layer, filter, slice, y, x);
  }

  /** Whether a filter sees a channel of its input; a table may leave it out.
   * @param {number} filter @param {number} slice */
  connected(filter, slice) {
    const { connected, start } = this.trained;
    return !connected || connected.data[(filter - start) * connected.shape[1] + slice] !== 0;
  }

  /** A filter's bias, edited or as trained; undefined if it has none.
   * @param {number} filter */
  bias(filter) {
    const { layer, bias, start } = this.trained;
    if (!bias) return undefined;
    return editedValue(this.page.edits, biasName(layer), [filter]) ?? bias.data[filter - start];
  }

  /** Whether any of a filter's numbers is edited.
   * @param {number} filter */
  isEdited(filter) {
    return this.page.edits.some((edit) => ofFilter(edit, this.trained.layer, filter));
  }

  /** @param {Place} place @param {number} value */
  setCell(place, value) {
    const { parameter } = this.trained.layer, index = this.index(place);
    this.change([{ parameter, index, value, original: this.originalCell(place) }]);
  }

  /** @param {number} filter @param {number} value */
  setBias(filter, value) {
    const { layer, bias, start } = this.trained;
    const original = /** @type {Tensor} */ (bias).data[filter - start];
    this.change([{ parameter: biasName(layer), index: [filter], value, original }]);
  }

  /** Put each weight of a filter through a function.
   * @param {number} filter @param {(value: number) => number} turn */
  turn(filter, turn) {
    const { layer } = this.trained, [, , height, width] = layer.shape;
    const trained = this.original(filter), now = this.edited(filter);
    /** @type {(Edit & { original: number })[]} */
    const changes = [];
    now.forEach((weight, i) => {
      const slice = Math.floor(i / (height * width)), y = Math.floor(i / width) % height;
      if (!this.connected(filter, slice)) return;
      const index = cellIndex(layer, filter, slice, y, i % width);
      // Not -0: a zero that was turned is still a zero, and no edit.
      const value = fewDigits(turn(weight) + 0);
      changes.push({ parameter: layer.parameter, index, value, original: trained[i] });
    });
    this.change(changes);
  }

  /** Give a filter its trained weights and bias back.
   * @param {number} filter */
  reset(filter) {
    this.page.setEdits(withoutFilter(this.page.edits, this.trained.layer, filter));
  }

  /** @param {(Edit & { original: number })[]} changes */
  change(changes) {
    this.page.setEdits(withEdits(this.page.edits, changes));
  }
}

/** @param {string | undefined} value @param {number} count @param {number} otherwise */
function numberWithin(value, count, otherwise) {
  const number = Number(value || NaN);
  return Number.isInteger(number) && number >= 0 && number < count ? number : otherwise;
}
