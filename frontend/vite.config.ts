import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The page is served by Django: every file lies under /static/app/ and is found through the manifest.
export default defineConfig({
  base: "/static/app/",
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    sourcemap: false,
    // Data URLs are not in the content security policy of fonts and scripts: keep every asset a file.
    assetsInlineLimit: 0,
    // The shell is 750 kB (232 kB compressed), read once; the viewer loads apart.
    chunkSizeWarningLimit: 800,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["tests/setup.ts"],
    include: ["tests/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    css: false,
    testTimeout: 30_000,
  },
});
