import type { Messages } from "../ko";

export const drafting: Messages["drafting"] = {};
