/**
 * What the shell's failures say in English, by their codes. The Korean comes from the shell itself, with the names and
 * sizes of the case; what has no English here is shown in Korean rather than not at all.
 */
export const failures: Record<string, string> = {};
