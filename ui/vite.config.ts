// The window is built into dist/. Mode `demo` builds the same window over the remembered demo world into
// dist-demo/, for a plain browser: design, journeys, pictures.

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  base: './',
  clearScreen: false,
  server: { strictPort: true },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  build: {
    outDir: mode === 'demo' ? 'dist-demo' : 'dist',
    target: 'safari17',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
  },
  test: {
    // Components ask for jsdom themselves; most of what is tested is arithmetic.
    environment: 'node',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/jsdom.ts'],
    testTimeout: 20_000,
  },
}));
