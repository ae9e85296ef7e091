/** What every screen says: buttons, numbers with their units, times, failures of the program itself. */
export const common = {};
