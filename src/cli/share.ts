/** `vnpu share DOC`: the link's fragment, without `#`; with `--run` it carries where the run ended and the digest there. */
import { encodeLink, type LinkEnvelope } from '../experiment/link.ts';
import { ENGINE_VERSION } from '../model/version.ts';
import { CYCLES_OPTION, cyclesOption, JSON_OPTION, type Command } from './command.ts';
import { planDocument } from './document.ts';
import { EXIT, usageError } from './exit.ts';
import { loadKernel } from './kernel.ts';
import { print, printJson } from './output.ts';
import { simulate } from './simulate.ts';

export const shareCommand: Command = {
  usage: 'share <doc>',
  summary: 'Print the link of an experiment',
  options: [['--run', "run it and add the result's digest"], CYCLES_OPTION, JSON_OPTION],
  run: async ([doc], options) => {
    const cycles = cyclesOption(options);
    if ('exit' in cycles) return cycles.exit;
    if (cycles.value !== undefined && !options.run) return usageError('--cycles needs --run');
    const answer = await planDocument(doc);
    if ('exit' in answer) return answer.exit;
    const { opened, plan } = answer;
    const what = opened.gallery === undefined ? { document: opened.document } : { gallery: opened.gallery };
    const machine = options.run ? simulate(loadKernel(), plan, { cycles: cycles.value }).machine : undefined;
    const result = machine && { cycle: machine.cycle, digest: machine.digest() };
    const envelope: LinkEnvelope = result ? { ...what, engine: ENGINE_VERSION, result } : what;
    const link = encodeLink(envelope);
    if (options.json) await printJson({ link, characters: link.length, ...(result && { result }) });
    else await print(link + '\n');
    return machine?.outcome === 'deadlock' ? EXIT.deadlock : EXIT.done;
  },
};
