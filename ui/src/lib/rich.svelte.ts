/** What few answers need is loaded with the first that does: formulas and coloured code. */
export interface Rich {
  formula?: (tex: string, display: boolean) => string | null;
  highlighted?: (code: string, language: string) => string | null;
}

const loaded = $state<Rich>({});
const begun = new Set<keyof Rich>();

const parts: { needs: RegExp; key: keyof Rich; load: () => Promise<Rich> }[] = [
  { needs: /\$|\\[([]/, key: "formula", load: () => import("./rich/math") },
  { needs: /```\s*[a-z]/i, key: "highlighted", load: () => import("./rich/code") },
];

/** What a text can be rendered with by now. The rest of what it needs is on its way, and this changes when it is there. */
export function rich(text: string): Rich {
  for (const { needs, key, load } of parts) {
    if (begun.has(key) || !needs.test(text)) continue;
    begun.add(key);
    // A part that does not load leaves the text as it was written; the next text that needs it tries again.
    load().then(
      (part) => Object.assign(loaded, { [key]: part[key] }),
      () => begun.delete(key),
    );
  }
  return { formula: loaded.formula, highlighted: loaded.highlighted };
}
