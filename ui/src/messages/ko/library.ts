/** Documents: how they are read, found, filtered, collected, graded and chosen for a question. */
export const library = {};
