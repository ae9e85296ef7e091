/** The list of conversations: folders, pins, the archive, export. */
export const shelf = {};
