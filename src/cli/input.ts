/** Text from a file or from stdin (`-`), bounded in size. Problems name the file; nothing is thrown. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { fail, ok, type Result } from '../model/problem.ts';

/** More than any document or probe needs. */
const MAX_BYTES = 256 * 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be read: permission denied',
  EISDIR: 'it is a folder, not a file',
  ENOENT: 'there is no such file',
};

/** Why the system refused a file, in words. */
export function fileReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

export const isFile = (path: string): boolean => existsSync(path) && !statSync(path).isDirectory();

/** The whole text, up to `maxBytes`. */
export async function readText(path: string, maxBytes = MAX_BYTES): Promise<Result<string>> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return fail('', `it is longer than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    return fail('', fileReason(error));
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}
