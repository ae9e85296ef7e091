/** The window in Korean, 합니다체. A message with a gap is a function of what goes into it. */
import { common } from "./common";
import { chat } from "./chat";
import { shelf } from "./shelf";
import { library } from "./library";
import { finding } from "./finding";
import { security } from "./security";
import { trail } from "./trail";
import { models } from "./models";
import { drafting } from "./drafting";

export const ko = { common, chat, shelf, library, finding, security, trail, models, drafting };

/** What every language has to say. */
export type Messages = typeof ko;
