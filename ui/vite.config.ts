// The window is built into dist/. Mode `demo` builds the same window over the remembered demo world into
// dist-demo/, for a plain browser: design, journeys, pictures.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** FNV-1a over the names and bytes of what the UI is made of, as src-tauri/sources.rs computes it, too. */
function fingerprint(): string {
  const root = import.meta.dirname;
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const names = ['index.html', 'package-lock.json', 'svelte.config.js', 'vite.config.ts', ...below('public'), ...below('src')];
  let hash = 0x811c9dc5;
  for (const name of names.filter((one) => !one.endsWith('.test.ts')).sort()) {
    for (const byte of Buffer.concat([Buffer.from(`${name}\0`), readFileSync(join(root, name))])) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Keeps with the build what it was made of: a window is not built with an older one. */
function sources(): Plugin {
  return {
    name: 'carillon-sources',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'sources.txt', source: fingerprint() });
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), sources()],
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
