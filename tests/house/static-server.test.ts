/** The plain static server that `npm start`, `vnpu serve` and the browser tests share. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listen, staticServer } from '../../src/cli/static-server.mjs';

let folder: string;
let server: Server;
let port: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vnpu-'));
  mkdirSync(join(folder, 'site'));
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  for (const name of ['index.html', 'kernel.wasm', 'a.js']) writeFileSync(join(folder, 'site', name), name);
  server = staticServer(join(folder, 'site'), { prefix: '/deep/', headers: { 'content-security-policy': 'x' } });
  port = await listen(server, 0);
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** Status of a raw request: fetch would tidy the path first. */
const rawStatus = (path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    );
    socket.once('data', (chunk) => resolve(Number(String(chunk).slice(9, 12))));
    socket.once('error', reject);
  });

describe('the static server', () => {
  it.each([
    ['', 'text/html; charset=utf-8', 'index.html'],
    ['kernel.wasm', 'application/wasm', 'kernel.wasm'],
    ['a.js?v=1', 'text/javascript; charset=utf-8', 'a.js'],
  ])('serves "%s" below its prefix as %s', async (path, type, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/deep/${path}`);
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([200, type, body]);
    expect(response.headers.get('content-security-policy')).toBe('x');
  });

  it.each([
    '/',
    '/deep/none.js',
    '/deep/../secret.txt',
    '/deep/%2e%2e/secret.txt',
    '/deep/..%2fsecret.txt',
    '/deep/%',
    '/deep/%00',
  ])('has nothing at %s', async (path) => {
    expect(await rawStatus(path)).toBe(404);
  });

  it('takes the next port when one is busy', async () => {
    const second = staticServer(folder);
    expect(await listen(second, port)).toBeGreaterThan(port);
    second.close();
  });
});
