/** jsdom lays nothing out, so no size ever changes: lists go by their estimates. */
class StillObserver implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

globalThis.ResizeObserver ??= StillObserver;

/** jsdom has none, and user-event looks for the radio buttons of a group by their name, which is plain here. */
globalThis.CSS ??= { escape: (text: string) => text } as typeof CSS;

/** jsdom has none: a system that prefers nothing. Tests of what it prefers set their own. */
globalThis.matchMedia ??= (media) => Object.assign(new EventTarget(), { media, matches: false }) as MediaQueryList;
