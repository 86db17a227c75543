// One browser for each file, one file at a time: two cores.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: { include: ['**/*.e2e.ts'], fileParallelism: false, testTimeout: 30_000, hookTimeout: 30_000, environment: 'node' },
});
