/** `vnpu serve [DIR]`: the built site on 127.0.0.1 with the right MIME types. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { wholeOption, type Command } from './command.ts';
import { EXIT, inputError } from './exit.ts';
import { print } from './output.ts';
import { listen, staticServer } from './static-server.mjs';

const FIRST_PORT = 4173;
const builtSite = join(dirname(fileURLToPath(import.meta.url)), '../site');

export const serveCommand: Command = {
  usage: 'serve [dir]',
  summary: 'Serve the built site on this machine',
  options: [['--port <n>', `first port to try (${FIRST_PORT})`]],
  run: async ([dir = builtSite], options) => {
    const port = wholeOption(options, 'port', 0, 65_535);
    if ('exit' in port) return port.exit;
    if (!existsSync(join(dir, 'index.html'))) {
      return inputError(dir, [{ path: '', message: 'there is no index.html in it; "npm run build" makes dist/site' }]);
    }
    const server = staticServer(dir);
    await print(`http://127.0.0.1:${await listen(server, port.value ?? FIRST_PORT)}/\n`);
    await new Promise((resolve) => server.on('close', resolve));
    return EXIT.done;
  },
};
