/** Which part of a long list is near enough to the eye to be on the page. */

/** How many items beyond each edge are on the page, so that a scroll does not meet a gap. */
const MARGIN = 6;

/** How many items Page Up and Page Down pass over. */
const PAGE = 8;

/** The item of so many that a key leads to from the one at `at`; null where the key leads nowhere. */
export function keyTarget(key: string, at: number, count: number): number | null {
  const last = count - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + PAGE, PageUp: at - PAGE, Home: 0, End: last }[key];
  return to === undefined ? null : Math.max(0, Math.min(last, to));
}

/** Where each item begins, and last where the list ends. */
export function startsOf(heights: Iterable<number>): number[] {
  const starts = [0];
  for (const height of heights) starts.push(starts.at(-1)! + height);
  return starts;
}

/** The item at a distance from the list's top; the first or last one where that is outside. */
export function indexAt(starts: number[], distance: number): number {
  let [low, high] = [0, Math.max(0, starts.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= distance) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The items `[first, end)` to have on the page while `height` pixels from `top` are seen. */
export function windowOf(starts: number[], top: number, height: number): [first: number, end: number] {
  const count = starts.length - 1;
  if (count === 0) return [0, 0];
  // A list that became shorter is scrolled back by the browser a moment later.
  const from = Math.max(0, Math.min(top, starts[count]! - height));
  return [Math.max(0, indexAt(starts, from) - MARGIN), Math.min(count, indexAt(starts, from + height) + 1 + MARGIN)];
}
