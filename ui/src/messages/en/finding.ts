import type { Messages } from "../ko";

export const finding: Messages["finding"] = {};
