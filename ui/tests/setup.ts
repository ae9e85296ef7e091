/** jsdom lays nothing out, so no size ever changes: lists go by their estimates. */
class StillObserver implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

globalThis.ResizeObserver ??= StillObserver;
