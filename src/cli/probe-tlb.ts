/**
 * `vnpu probe tlb`: hits and misses of the kernel's page and range TLBs over a trace of addresses, given by its generator. Source of
 * the generators: the project's translation reference, whose traces are rebuilt from these numbers.
 */
import { probeTlb } from '../engine/probes.ts';
import { ok, type Result } from '../model/problem.ts';
import { Fields, type Answer } from './probe-fields.ts';
import { table } from './table.ts';

type TlbTrace = Parameters<typeof probeTlb>[1];
type Numbers = Readonly<Record<string, number>>;

const END_OF_MEMORY = 2 ** 48;
const MOST_ACCESSES = 2 ** 24;
const MOST_RANGES = 4096;

const ADDRESS = [0, END_OF_MEMORY - 1] as const;
const SIZE = [1, 2 ** 40] as const;
const COUNT = [1, MOST_ACCESSES] as const;

/** Numbers of each generator and their bounds; `random` has a seed and `interleave` a list of bases beside them. */
const GENERATORS: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>> = {
  stream: { base: ADDRESS, bytes: SIZE, step: SIZE, iterations: COUNT },
  strided: { base: ADDRESS, stride: SIZE, span: SIZE, count: COUNT },
  random: { base: ADDRESS, span: SIZE, align: SIZE, count: COUNT },
  interleave: { bytes: SIZE, step: SIZE, burst: COUNT, rounds: COUNT },
  gemm: { A: ADDRESS, B: ADDRESS, C: ADDRESS, M: COUNT, N: COUNT, K: COUNT, tile: COUNT, elem: [1, 64], beat: SIZE },
};

/** Number of accesses that a generator makes. */
function accesses(kind: string, n: Numbers, streams: number): number {
  if (kind === 'stream') return n.iterations * Math.ceil(n.bytes / n.step);
  if (kind === 'interleave') return n.rounds * streams * n.burst;
  if (kind !== 'gemm') return n.count;
  const touched = n.tile * Math.ceil((n.tile * n.elem) / n.beat);
  return (n.M / n.tile) * (n.N / n.tile) * touched * ((2 * n.K) / n.tile + 1);
}

function readGenerator(fields: Fields, json: unknown): void {
  const given = fields.object(json, 'generator');
  const kind = fields.choice(given.kind, 'generator.kind', Object.keys(GENERATORS));
  const bounds = Object.entries(GENERATORS[kind]);
  const read = bounds.map(
    ([key, [min, max]]) => [key, fields.whole(given[key], `generator.${key}`, min, max)] as const,
  );
  const numbers = Object.fromEntries(read);
  let streams = 1;
  if (kind === 'interleave') {
    const bases = fields.list(given.bases, 'generator.bases', 64);
    bases.forEach((base, index) => fields.whole(base, `generator.bases.${index}`, ...ADDRESS));
    streams = bases.length;
  }
  if (kind === 'random' && !/^0x[0-9a-f]{1,16}$/i.test(String(given.seed))) {
    fields.refuse('generator.seed', 'it must be a text of 0x and up to 16 hexadecimal digits');
  }
  if (fields.problems.length > 0) return;
  for (const key of kind === 'gemm' ? ['M', 'N', 'K'] : []) {
    if (numbers[key] % numbers.tile !== 0)
      fields.refuse(`generator.${key}`, `is ${numbers[key]}, no multiple of the tile`);
  }
  const count = accesses(kind, numbers, streams);
  if (count > MOST_ACCESSES) fields.refuse('generator', `makes ${count} accesses; at most ${MOST_ACCESSES} are run`);
}

function readRanges(fields: Fields, json: unknown): void {
  const ranges = fields.list(json, 'ranges', MOST_RANGES).map((row, index) => {
    const [base, size] = fields.list(row, `ranges.${index}`, 2);
    return {
      index,
      base: fields.whole(base, `ranges.${index}.0 (base)`, ...ADDRESS),
      size: fields.whole(size, `ranges.${index}.1 (size)`, 1, END_OF_MEMORY),
    };
  });
  const sorted = ranges.sort((a, b) => a.base - b.base);
  sorted.slice(1).forEach(({ index, base }, before) => {
    const previous = sorted[before];
    if (base < previous.base + previous.size) fields.refuse(`ranges.${index}`, `overlaps ranges.${previous.index}`);
  });
}

/** Check one trace; expected counts in it are ignored. */
export function parseTlb(json: unknown): Result<TlbTrace> {
  const fields = new Fields();
  const trace = fields.object(json, '');
  readGenerator(fields, trace.generator);
  readRanges(fields, trace.ranges);
  return fields.result(trace as unknown as TlbTrace);
}

export function answerTlb(module: WebAssembly.Module, json: unknown): Result<Answer> {
  const trace = parseTlb(json);
  if (!trace.ok) return trace;
  const counts = probeTlb(module, trace.value);
  const pages = counts.page.map(({ P, E, hit, miss }) => [`page of ${P}`, E, hit, miss, 0]);
  const ranges = counts.range.map(({ E, hit, miss, fault }) => ['range', E, hit, miss, fault]);
  return ok({ json: counts, text: table([['TLB', 'entries', 'hits', 'misses', 'faults'], ...pages, ...ranges]) });
}
