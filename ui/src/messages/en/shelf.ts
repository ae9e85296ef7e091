import type { Messages } from "../ko";

export const shelf: Messages["shelf"] = {};
