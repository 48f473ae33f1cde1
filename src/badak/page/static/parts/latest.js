// One question at a time, and of those that wait only the last: what the pointer passed is not asked.

/** @template T
 * @param {(wanted: T) => Promise<void>} work
 * @returns {(wanted: T) => Promise<void>}
 */
export function latest(work) {
  let busy = false;
  /** @type {{ wanted: T } | null} */
  let waiting = null;
  return async function ask(wanted) {
    if (busy) {
      waiting = { wanted };
      return;
    }
    busy = true;
    try {
      await work(wanted);
      while (waiting) {
        const next = /** @type {{ wanted: T }} */ (waiting);
        waiting = null;
        await work(next.wanted);
      }
    } finally {
      busy = false;
    }
  };
}
