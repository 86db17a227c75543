// What the window's code may not do; each message names what to do instead.
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const host = { group: ['@tauri-apps/*'], message: 'The world is reached through platform/ only.' };
const framework = { group: ['svelte', 'svelte/*', '*.svelte', '**/state/*', '**/platform/*'], message: 'time/ and layout/ are plain functions.' };

export default ts.config(
  { ignores: ['dist', 'dist-demo', 'node_modules', 'src/wire', 'shots'] },
  ...ts.configs.recommended,
  ...svelte.configs['flat/recommended'],
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme'] }],
      'no-restricted-imports': ['error', { patterns: [host] }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { 'svelte/require-each-key': 'error', 'svelte/no-at-html-tags': 'error', 'svelte/no-navigation-without-resolve': 'off' },
  },
  {
    files: ['src/platform/**'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['src/time/**', 'src/layout/**'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [host, framework] }],
      'no-restricted-globals': [
        'error',
        { name: 'document', message: 'time/ and layout/ know no DOM.' },
        { name: 'window', message: 'time/ and layout/ know no DOM.' },
      ],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now', message: 'Rust says what time it is.' }],
    },
  },
  {
    files: ['**/*.test.ts', 'e2e/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
