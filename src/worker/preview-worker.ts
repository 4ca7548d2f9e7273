/** Entry of the worker that looks for placements while a hand is on the chip, so that neither the page nor the run waits for it. */
import { expose } from 'comlink';
import { mapperOf } from '../engine/mapping.ts';
import { parseDocument, resolve } from '../experiment/parse.ts';
import type { Experiment } from '../model/experiment.ts';
import { alternativesOf, gatheringMoves, type Alternative, type Move } from '../plan/alternatives.ts';
import { compileMapping } from './kernel.ts';
import type { AlternativesRequest, PlacementRequest, PreviewApi } from './protocol.ts';

/** Elementary steps of each of up to four searches: a few milliseconds, and some tens. */
const WORK = { quick: 1_000_000, thorough: 10_000_000 };

const mappers = compileMapping().then((module) => ({
  quick: mapperOf(module, WORK.quick),
  thorough: mapperOf(module, WORK.thorough),
}));

let last: { readonly text: string; readonly experiment: Experiment } | undefined;

/** The same document comes again with every step of a hand. */
function experimentOf(document: unknown): Experiment {
  const text = JSON.stringify(document);
  if (last?.text === text) return last.experiment;
  const parsed = parseDocument(document);
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  last = { text, experiment: resolve(parsed.value) };
  return last.experiment;
}

async function alternatives({ document, placements, hand, effort }: AlternativesRequest): Promise<Alternative[]> {
  return alternativesOf(experimentOf(document), placements, hand, (await mappers)[effort]);
}

const moves = ({ document, placements }: PlacementRequest): Move[] =>
  gatheringMoves(experimentOf(document), placements);

expose({ alternatives, moves } satisfies Record<keyof PreviewApi, unknown>);
