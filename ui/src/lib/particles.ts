/** Korean particles that follow the sound of what is before them. */

const FIRST_SYLLABLE = "가".charCodeAt(0);
/** Final consonants of a syllable, none among them; ㄹ is the eighth. */
const FINALS = 28;
const RIEUL = 8;
/** 영 (and 십, 백, 천, 만), 삼 and 육: the digits that end in a consonant other than ㄹ. */
const CLOSED_DIGITS = "036";
/** What English words and letters end in where they are written as closed: 시스템, 버전, 미팅. */
const CLOSED_LATIN = /([mn]|ng)$/iu;

/** "으로" after a final consonant other than ㄹ, and "로" else; "(으)로" after what has no sound that is known. */
export function ro(text: string): string {
  const spoken = text.normalize("NFC").replace(/[^\p{L}\p{N}]+$/u, "");
  const last = spoken.at(-1) ?? "";
  if (last >= "가" && last <= "힣") {
    const final = (last.charCodeAt(0) - FIRST_SYLLABLE) % FINALS;
    return final === 0 || final === RIEUL ? "로" : "으로";
  }
  if (/[0-9]/u.test(last)) return CLOSED_DIGITS.includes(last) ? "으로" : "로";
  if (/[a-z]/iu.test(last)) return CLOSED_LATIN.test(spoken) ? "으로" : "로";
  return "(으)로";
}
