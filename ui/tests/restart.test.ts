/** What another start of the window has: apart from tests that open it, for its parts are read anew. */
import { expect, test, vi } from "vitest";
import { appearance } from "../src/lib/appearance.svelte";
import { language } from "../src/lib/language.svelte";

test("how the window looks", async () => {
  appearance.choose({ theme: "contrast", size: 150 });
  vi.resetModules();
  const { appearance: again } = await import("../src/lib/appearance.svelte");
  expect([again.theme, again.size]).toEqual(["contrast", 150]);
});

test("the language", async () => {
  language.choose("en");
  vi.resetModules();
  const { language: again } = await import("../src/lib/language.svelte");
  expect(again.chosen).toBe("en");
});
