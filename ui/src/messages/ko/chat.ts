/** The conversation: question, answer, its notes and figures, the engine's state. */
export const chat = {};
