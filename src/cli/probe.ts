/** `vnpu probe KIND FILE`: drives one unit of the same kernel alone, for comparison with other simulators. */
import { parseJson } from '../experiment/syntax.ts';
import type { Result } from '../model/problem.ts';
import { JSON_OPTION, type Command } from './command.ts';
import { EXIT, inputError, unknownWord } from './exit.ts';
import { readText } from './input.ts';
import { loadKernel, loadMapping } from './kernel.ts';
import { print, printJson } from './output.ts';
import type { Answer } from './probe-fields.ts';
import { answerMap } from './probe-map.ts';
import { answerNoc } from './probe-noc.ts';
import { answerSystolic } from './probe-systolic.ts';
import { answerTlb } from './probe-tlb.ts';
import { answerTraffic } from './probe-traffic.ts';

type Probe = (json: unknown) => Result<Answer>;

const PROBES: Readonly<Record<string, Probe>> = {
  noc: (json) => answerNoc(loadKernel(), json),
  traffic: (json) => answerTraffic(loadKernel(), json),
  systolic: (json) => answerSystolic(loadKernel(), json),
  tlb: (json) => answerTlb(loadKernel(), json),
  map: (json) => answerMap(loadMapping(), json),
};

export const probeCommand: Command = {
  usage: 'probe <kind> <file>',
  summary: 'Drive one unit alone: noc, traffic, systolic, tlb or map',
  options: [JSON_OPTION],
  run: async ([kind, file], options) => {
    if (!Object.hasOwn(PROBES, kind)) {
      return unknownWord('probe', kind, Object.keys(PROBES));
    }
    const text = await readText(file);
    if (!text.ok) return inputError(file, text.problems);
    const json = parseJson(text.value);
    if (!json.ok) return inputError(file, json.problems);
    const answer = PROBES[kind](json.value);
    if (!answer.ok) return inputError(file, answer.problems);
    if (options.json) await printJson(answer.value.json);
    else await print(answer.value.text);
    return EXIT.done;
  },
};
