import { svelte } from "@sveltejs/vite-plugin-svelte";
import { svelteTesting } from "@testing-library/svelte/vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // The page's CSP has no `connect-src` for assets: nothing may fetch, and nothing may be inlined as a data: font.
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // What `cargo xtask bundle` lists as parts of the page, with their licences.
    license: { fileName: "licenses/npm.json" },
    rolldownOptions: {
      output: {
        // pdf.js' worker asks for its decoders by their names.
        assetFileNames: ({ names }) =>
          names[0]?.endsWith("_nowasm_fallback.js") ? "pdfjs/[name][extname]" : "assets/[name]-[hash][extname]",
      },
    },
  },
  server: { port: 5173, strictPort: true },
  clearScreen: false,
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.ts"],
    setupFiles: "tests/setup.ts",
    restoreMocks: true,
    // Those that tests read; others are empty there.
    css: { include: /(src|krds-uiux)\/.*\.css/ },
  },
});
