/** Full-text search, the source pane, the style checker, shortcuts and how the window looks. */
export const finding = {};
