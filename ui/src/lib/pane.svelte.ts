/** Which part of the window is shown where it is too narrow for all of them, or its text too large. */

export type Pane = "list" | "chat" | "side";

class Shown {
  shown = $state<Pane>("chat");

  /** At once, so that what is in it can have the focus. */
  show(pane: Pane): void {
    this.shown = pane;
    document.documentElement.dataset.pane = pane;
  }
}

export const pane = new Shown();
