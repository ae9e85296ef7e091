/** How the page looks: its theme and the size of its text, kept on this PC. */
import { load, save } from "./stored";

export const THEMES = ["auto", "light", "dark", "contrast"] as const;
/** In percent. */
export const SIZES = [90, 100, 110, 125, 150, 175, 200] as const;
export type Theme = (typeof THEMES)[number];
export type Size = (typeof SIZES)[number];

const KEY = "appearance";
const QUERIES = ["(prefers-contrast: more)", "(prefers-color-scheme: dark)"];

class Appearance {
  theme = $state<Theme>("auto");
  size = $state<Size>(100);
  /** Whether the dialog is. */
  open = $state(false);

  constructor() {
    const kept = load<{ theme?: unknown; size?: unknown } | null>(KEY, null);
    this.theme = THEMES.find((theme) => theme === kept?.theme) ?? "auto";
    this.size = SIZES.find((size) => size === kept?.size) ?? 100;
  }

  /** What a length of the page is multiplied by. */
  get scale(): number {
    return this.size / 100;
  }

  /** Applies what is kept, and follows the system while the theme is "auto". */
  start(): () => void {
    const watched = QUERIES.map((query) => matchMedia(query));
    const follow = () => this.#apply();
    for (const list of watched) list.addEventListener("change", follow);
    follow();
    return () => {
      for (const list of watched) list.removeEventListener("change", follow);
    };
  }

  choose(chosen: { theme?: Theme; size?: Size }): void {
    this.theme = chosen.theme ?? this.theme;
    this.size = chosen.size ?? this.size;
    save(KEY, { theme: this.theme, size: this.size });
    this.#apply();
  }

  /** Ctrl with plus, minus and zero, on either part of the keyboard; shifted too, where plus is. */
  press(event: KeyboardEvent): void {
    if (event.altKey || !(event.ctrlKey || event.metaKey)) return;
    const at = SIZES.indexOf(this.size);
    const larger = event.key === "+" || event.key === "=" || event.code === "Equal" || event.code === "NumpadAdd";
    const smaller = event.key === "-" || event.code === "Minus" || event.code === "NumpadSubtract";
    const plain = !event.shiftKey && (event.key === "0" || event.code === "Digit0" || event.code === "Numpad0");
    if (!larger && !smaller && !plain) return;
    event.preventDefault();
    const size = plain ? 100 : SIZES[at + (larger ? 1 : -1)];
    if (size !== undefined) this.choose({ size });
  }

  #apply(): void {
    const root = document.documentElement;
    const [contrast, dark] = QUERIES.map((query) => matchMedia(query).matches);
    root.dataset.theme = this.theme !== "auto" ? this.theme : contrast ? "contrast" : dark ? "dark" : "light";
    root.style.fontSize = `${this.size}%`;
  }
}

export const appearance = new Appearance();
