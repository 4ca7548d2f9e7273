/** Runs the built command line as a process of its own, as a user's shell would. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';

export const PROGRAM = 'dist/cli/vnpu.js';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run `vnpu ...args` to its end. Whatever happens, no stack trace may show. */
export function vnpu(args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code) => {
      expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
      resolve({ code, stdout, stderr });
    });
  });
}

/** Run `vnpu ...args`, which must end well, and parse what it prints as JSON. */
export async function vnpuJson(args: readonly string[], input = '') {
  const { code, stdout, stderr } = await vnpu(args, input);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vnpu-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file with that content that is gone after the test. */
export function temporaryFile(content: unknown, name = 'document.json'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
