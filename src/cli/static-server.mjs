/**
 * A plain static file server for the built site: the right MIME types, no directory above the root, no cache, and a prefix so
 * that tests can serve the site from any sub-path. Not meant for the open internet: it binds to 127.0.0.1.
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * File that a request means, or undefined when there is none below the root.
 * @param {string} root
 * @param {string} prefix
 * @param {string} url
 */
function fileFor(root, prefix, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://host').pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith(prefix) || path.includes('\0')) return undefined;
  const file = normalize(join(root, path.slice(prefix.length)));
  if (file !== normalize(root) && !file.startsWith(normalize(root + sep))) return undefined;
  for (const candidate of [file, join(file, 'index.html')]) {
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
  }
  return undefined;
}

/**
 * @param {string} root folder to serve
 * @param {{ prefix?: string, headers?: Record<string, string> }} [options] prefix: path that the root answers to, `/` at both ends
 */
export function staticServer(root, { prefix = '/', headers = {} } = {}) {
  return createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    const file = fileFor(root, prefix, request.url ?? '/');
    if (!file) return void response.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
    const type = TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';
    const length = statSync(file).size;
    const common = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
    response.writeHead(200, { ...common, 'content-type': type, 'content-length': length, ...headers });
    if (request.method === 'HEAD') return void response.end();
    createReadStream(file)
      .on('error', () => response.destroy())
      .pipe(response);
  });
}

/**
 * Listen on 127.0.0.1 at the first free port from the given one (0: any).
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>} the port it listens on
 */
export function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const busy = 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
      if (busy && port > 0 && port < 65_535) resolve(listen(server, port + 1));
      else reject(error);
    });
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error');
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}
