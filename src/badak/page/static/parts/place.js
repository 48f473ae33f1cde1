// A place for a chart: it is drawn again when its width has changed, so that its text keeps its size.

/** @param {(width: number) => Element} draw @param {number} widest CSS pixels */
export function chartPlace(draw, widest) {
  const place = document.createElement("div");
  let width = 0;
  const redraw = () => {
    const now = Math.min(widest, place.clientWidth);
    if (now && now !== width) place.replaceChildren(draw((width = now)));
  };
  new ResizeObserver(redraw).observe(place);
  return { place, again: () => {
    width = 0;
    redraw();
  } };
}
