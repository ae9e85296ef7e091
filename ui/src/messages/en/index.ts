/** The window in English. */
import type { Messages } from "../ko";
import { common } from "./common";
import { chat } from "./chat";
import { shelf } from "./shelf";
import { library } from "./library";
import { finding } from "./finding";
import { security } from "./security";
import { trail } from "./trail";
import { models } from "./models";
import { drafting } from "./drafting";

export const en: Messages = { common, chat, shelf, library, finding, security, trail, models, drafting };
