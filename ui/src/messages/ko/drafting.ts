/** Drafting official documents. */
export const drafting = {};
