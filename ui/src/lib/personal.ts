/** How the personal information of a document is written for people. */
import type { PersonalCount } from "./contract";
import { count } from "./format";

/** What the Personal Information Protection Act calls 고유식별정보. */
const IDENTITY: ReadonlySet<string> = new Set(["주민등록번호", "외국인등록번호", "여권번호", "운전면허번호"]);

/** "주민등록번호 3건 · 전화번호 12건". */
export const personalCounts = (counts: PersonalCount[]): string =>
  counts.map(({ label, count: found }) => `${label} ${count(found)}건`).join(" · ");

export const identityNumbers = (counts: PersonalCount[]): PersonalCount[] =>
  counts.filter(({ label, count: found }) => IDENTITY.has(label) && found > 0);
