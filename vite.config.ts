/**
 * Three builds from one file: the site (`vite build`), the command line as one Node file (`vite build --mode cli`), and the
 * tests (vitest, projects `unit` and `e2e`). The built page carries a strict content security policy in index.html, so nothing
 * may be inlined; the hot-reloading server needs inline styles and sockets and drops that policy.
 */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const dropPolicyWhileServing: Plugin = {
  name: 'drop-policy-while-serving',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace(/<meta\s+http-equiv="Content-Security-Policy"[^>]*>/, ''),
};

const site = {
  outDir: 'dist/site',
  emptyOutDir: true,
  target: 'es2022',
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
  rolldownOptions: { checks: { bundlerTimings: false } },
};

const commandLine = {
  outDir: 'dist/cli',
  emptyOutDir: true,
  target: 'node20',
  ssr: 'src/cli/vnpu.ts',
  copyPublicDir: false,
  rolldownOptions: { checks: { bundlerTimings: false }, output: { entryFileNames: 'vnpu.js', codeSplitting: false } },
};

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte({ configFile: false }), dropPolicyWhileServing],
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
  build: mode === 'cli' ? commandLine : site,
  ssr: mode === 'cli' ? { noExternal: true } : {},
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: {
    maxWorkers: 2,
    // on a busy machine a test takes several times as long
    testTimeout: 240_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['tests/**/*.test.ts'], exclude: ['tests/e2e/**'] } },
      {
        extends: true,
        test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], fileParallelism: false, testTimeout: 180_000 },
      },
    ],
  },
}));
