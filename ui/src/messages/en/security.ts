import type { Messages } from "../ko";

export const security: Messages["security"] = {};
