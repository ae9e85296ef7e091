import type { Messages } from "../ko";

export const chat: Messages["chat"] = {};
