import type { Messages } from "../ko";

export const common: Messages["common"] = {};
