// How the page looks, before the first paint: a blocking script of its own, since the CSP allows no inline one.
// src/lib/appearance.svelte.ts takes over from here; a test holds the two together.
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("naratmal.appearance")) ?? {};
  } catch {
    // What cannot be read is as if nothing were kept.
  }
  const prefers = (query) => matchMedia(`(${query})`).matches;
  const ofSystem = () => (prefers("prefers-contrast: more") ? "contrast" : prefers("prefers-color-scheme: dark") ? "dark" : "light");
  const root = document.documentElement;
  root.dataset.theme = ["light", "dark", "contrast"].includes(kept.theme) ? kept.theme : ofSystem();
  if ([90, 100, 110, 125, 150, 175, 200].includes(kept.size)) root.style.fontSize = `${kept.size}%`;
})();
