/** `vnpu open LINK`: the canonical form of the document that a link (or any DOC) stands for. */
import { canonical } from '../experiment/canonical.ts';
import { JSON_OPTION, type Command } from './command.ts';
import { openDocument } from './document.ts';
import { EXIT } from './exit.ts';
import { note, print, printJson } from './output.ts';

export const openCommand: Command = {
  usage: 'open <link>',
  summary: 'Print the document of a link',
  options: [JSON_OPTION],
  run: async ([link], options) => {
    const answer = await openDocument(link);
    if ('exit' in answer) return answer.exit;
    const { document, result, engine } = answer.opened;
    if (options.json) await printJson(canonical(document));
    else await print(JSON.stringify(canonical(document), null, 2) + '\n');
    if (result) note(`result: digest ${result.digest} at cycle ${result.cycle}, engine ${engine ?? 'unknown'}`);
    return EXIT.done;
  },
};
