// The class that an answer names.

/** The place of the largest share; -1 if none is a number, as of a network that diverged.
 * @param {ArrayLike<number | null>} shares */
export function likeliest(shares) {
  let best = -1, most = -Infinity;
  for (let k = 0; k < shares.length; k++) {
    const share = shares[k];
    if (share !== null && share > most) [best, most] = [k, share];
  }
  return best;
}
