import type { Messages } from "../ko";

export const models: Messages["models"] = {};
