import type { Messages } from "../ko";

export const library: Messages["library"] = {};
