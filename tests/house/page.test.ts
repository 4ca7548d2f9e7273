/** What the page may load is fixed by its policy, and the kernel asks nothing of its host. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
];

describe.each(['index.html', 'dist/site/index.html'])('%s', (path) => {
  const html = readFileSync(path, 'utf8');

  it('carries the policy before anything it loads', () => {
    const content = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html);
    expect(content?.[1].split('; ')).toEqual(POLICY);
    expect(content!.index).toBeLessThan(html.search(/<script|<link/));
  });

  it('has nothing inline, and a sentence where the page cannot run', () => {
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
    expect(/<div id="app">\s*([^<]+)/.exec(html)?.[1]).toMatch(/JavaScript/);
  });
});

describe('the built site', () => {
  it('refers to its own files by relative paths only', () => {
    const html = readFileSync('dist/site/index.html', 'utf8');
    const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(paths.length).toBeGreaterThan(1);
    expect(paths.filter((path) => !path.startsWith('./'))).toEqual([]);
  });
});

describe.each(['kernel', 'mapping'])('the module %s', (name) => {
  const bytes = readFileSync(`build/${name}.wasm`);

  it('imports nothing', () => {
    expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([]);
  });

  it('stays under 64 KB', () => {
    expect(bytes.length).toBeLessThan(64 * 1024);
  });
});
