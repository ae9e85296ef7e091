import { failures } from "../messages/en/failures";
import type { Failure } from "./contract";
import { language } from "./language.svelte";

/** What a failure says to the person, in the window's language. */
export const messageOf = ({ code, message }: Pick<Failure, "code" | "message">): string => (language.chosen === "ko" ? message : (failures[code] ?? message));
