/** How models are written for people. */
import type { Fit, KnownModel, ModelRow, ModelTrial } from "./contract";
import { count, size } from "./format";
import { words } from "./language.svelte";

/** "7.8B", "135M"; null where it is not known. */
export function parameters(numbers: number): string | null {
  if (numbers <= 0) return null;
  if (numbers < 999_500_000) return `${count(Math.max(1, Math.round(numbers / 1e6)))}M`;
  const billions = numbers / 1e9;
  return `${billions < 99.95 ? billions.toFixed(1).replace(/\.0$/, "") : count(Math.round(billions))}B`;
}

/** "15.7B (실행 3B)": those that a token meets behind them where they are fewer. */
export function knownParameters({ parameters: all, active }: KnownModel): string {
  const whole = parameters(all * 1e9) ?? words.models.unknown;
  return active === null ? whole : words.models.active(whole, parameters(active * 1e9) ?? words.models.unknown);
}

type State = "ok" | "warn" | "bad" | "muted";

export const fitState: Record<Fit, State> = { now: "ok", alone: "warn", never: "bad" };

export const trustState: Record<ModelRow["trust"], State> = { catalog: "ok", agency: "ok", unknown: "warn", forbidden: "bad", unchecked: "muted" };

/** Tokens a second, to the digit that counts. */
export const rate = (tokens: number): string => (tokens < 9.95 ? tokens.toFixed(1) : count(Math.round(tokens)));

/** "읽기 80, 쓰기 9.5토큰/초". */
export const speed = ({ prompt_tokens_per_s, generate_tokens_per_s }: Pick<ModelTrial, "prompt_tokens_per_s" | "generate_tokens_per_s">): string =>
  words.models.speed(rate(prompt_tokens_per_s), rate(generate_tokens_per_s));

/** "12문항 중 10개 맞음"; those that there was no time for are not counted as wrong. */
export function score({ right, asked, questions }: Pick<ModelTrial, "right" | "asked" | "questions">): string {
  const unasked = questions - asked;
  return words.models.score(count(right), count(asked), unasked > 0 ? count(unasked) : null);
}

/** What a screen shows of how much memory there is. */
export function memory(free: number | null, all: number | null): string {
  if (free === null || all === null) return words.models.memoryUnknown;
  return words.models.memory(size(all), size(free));
}
