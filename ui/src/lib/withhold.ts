/** Keeps what an element shows from leaving by the clipboard or by being dragged. */

/**
 * `reason` is asked when it is tried; null lets it go. Whole pages are selected from anywhere, so what counts is whether
 * the selection touches the element, not where the event comes from.
 */
export function withhold(reason: () => string | null, refuse: (reason: string) => void) {
  return (element: HTMLElement) => {
    const page = element.ownerDocument;
    const touched = (target: EventTarget | null) => {
      if (target instanceof Node && element.contains(target)) return true;
      // A field copies its own selection.
      if (target instanceof Element && target.matches("input, textarea")) return false;
      const selection = page.getSelection();
      const ranges = Array.from({ length: selection?.rangeCount ?? 0 }, (_, index) => selection!.getRangeAt(index));
      return ranges.some((range) => !range.collapsed && range.intersectsNode(element));
    };
    const leaving = (event: Event) => {
      if (event.defaultPrevented || !touched(event.target)) return;
      const why = reason();
      if (why === null) return;
      event.preventDefault();
      refuse(why);
    };
    const ways = ["copy", "cut", "dragstart"] as const;
    for (const way of ways) page.addEventListener(way, leaving, true);
    return () => {
      for (const way of ways) page.removeEventListener(way, leaving, true);
    };
  };
}
