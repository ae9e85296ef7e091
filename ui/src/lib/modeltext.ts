/** How models are written for people. */
import type { Fit, KnownModel, ModelRow, ModelTrial } from "./contract";
import { count, size } from "./format";

/** What is not known of a licence is said, and never guessed. */
export const UNKNOWN = "확인 필요";

/** "7.8B", "135M"; null where it is not known. */
export function parameters(numbers: number): string | null {
  if (numbers <= 0) return null;
  if (numbers < 999_500_000) return `${count(Math.max(1, Math.round(numbers / 1e6)))}M`;
  const billions = numbers / 1e9;
  return `${billions < 99.95 ? billions.toFixed(1).replace(/\.0$/, "") : count(Math.round(billions))}B`;
}

/** "15.7B (실행 3B)": those that a token meets behind them where they are fewer. */
export function knownParameters({ parameters: all, active }: KnownModel): string {
  const whole = parameters(all * 1e9) ?? UNKNOWN;
  return active === null ? whole : `${whole} (실행 ${parameters(active * 1e9)})`;
}

export const roles: Record<ModelRow["role"], string> = { chat: "대화", test: "시험용 대화", embedding: "의미 검색", reranker: "재정렬" };

export const uses: Record<NonNullable<ModelRow["used"]>, string> = {
  chat: "답변에 사용 중",
  draft: "보조 모델로 사용 중",
  embedding: "의미 검색에 사용 중",
  reranker: "재정렬에 사용 중",
};

export const fits: Record<Fit, { text: string; state: "ok" | "warn" | "bad"; why: string }> = {
  now: { text: "실행 가능", state: "ok", why: "지금 쓸 수 있는 메모리에 들어갑니다." },
  alone: { text: "메모리 부족", state: "warn", why: "쓰던 모델과 다른 프로그램을 닫으면 들어갑니다." },
  never: { text: "실행 불가", state: "bad", why: "이 컴퓨터의 메모리보다 큽니다." },
};

export const trusts: Record<ModelRow["trust"], { text: string; state: "ok" | "warn" | "bad" | "muted"; why: string }> = {
  catalog: { text: "목록과 일치", state: "ok", why: "확인값(SHA-256)이 프로그램의 목록에 있는 것과 같습니다." },
  agency: { text: "기관이 서명", state: "ok", why: "확인값(SHA-256)이 기관이 서명한 정책에 있습니다." },
  unknown: { text: "서명 없음", state: "warn", why: "확인값(SHA-256)이 어느 목록에도 없습니다. 받은 곳에서 알려 준 값과 견주어 보십시오." },
  forbidden: { text: "정책상 불가", state: "bad", why: "기관의 정책이 허용하지 않는 파일입니다." },
  unchecked: { text: "확인 전", state: "muted", why: "아직 확인값(SHA-256)을 구하지 않았습니다." },
};

/** "읽기 80, 쓰기 9.5토큰/초". */
export function speed({ prompt_tokens_per_s, generate_tokens_per_s }: Pick<ModelTrial, "prompt_tokens_per_s" | "generate_tokens_per_s">): string {
  const rate = (tokens: number) => (tokens < 9.95 ? tokens.toFixed(1) : count(Math.round(tokens)));
  return `읽기 ${rate(prompt_tokens_per_s)}, 쓰기 ${rate(generate_tokens_per_s)}토큰/초`;
}

/** "12문항 중 10개 맞음"; those that there was no time for are not counted as wrong. */
export function score({ right, asked, questions }: Pick<ModelTrial, "right" | "asked" | "questions">): string {
  const unasked = questions - asked;
  return `${count(asked)}문항 중 ${count(right)}개 맞음${unasked > 0 ? ` (${count(unasked)}문항은 시간이 모자라 묻지 않음)` : ""}`;
}

/** What a screen shows of how much memory there is. */
export function memory(free: number | null, all: number | null): string {
  if (free === null || all === null) return "이 컴퓨터의 메모리를 알 수 없습니다.";
  return `이 컴퓨터의 메모리 ${size(all)} 가운데 지금 ${size(free)}를 쓸 수 있습니다.`;
}
