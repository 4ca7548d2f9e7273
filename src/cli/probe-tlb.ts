/** `vnpu probe tlb`: hits and misses of the kernel's page and range TLBs over one trace, for a fixed set of sizes. */
import { probeTlb } from '../engine/probes.ts';
import { ok, type Result } from '../model/problem.ts';
import { addresses, traceLength, type Generator } from './addresses.ts';
import { Fields, type Answer } from './probe-fields.ts';
import { table } from './table.ts';

interface TlbInput {
  readonly generator: Generator;
  /** [base, bytes] of disjoint ranges. */
  readonly ranges: readonly (readonly [number, number])[];
}

const PAGE_BYTES = [4096, 65_536, 2_097_152];
const ENTRIES = [1, 2, 4, 8, 32];

const END_OF_MEMORY = 2 ** 48;
const MOST_ACCESSES = 2 ** 21;
const MOST_RANGES = 256;
const MOST_STREAMS = 64;

const ADDRESS = [0, END_OF_MEMORY - 1] as const;
const SIZE = [1, END_OF_MEMORY] as const;
const COUNT = [1, MOST_ACCESSES] as const;

/** Numbers of each generator and their bounds; `random` has a seed and `interleave` a list of bases beside them. */
const GENERATORS: Readonly<Record<Generator['kind'], Readonly<Record<string, readonly [number, number]>>>> = {
  stream: { base: ADDRESS, bytes: SIZE, step: SIZE, iterations: COUNT },
  strided: { base: ADDRESS, stride: SIZE, span: SIZE, count: COUNT },
  random: { base: ADDRESS, span: SIZE, align: SIZE, count: COUNT },
  interleave: { bytes: SIZE, step: SIZE, burst: COUNT, rounds: COUNT },
  gemm: { A: ADDRESS, B: ADDRESS, C: ADDRESS, M: COUNT, N: COUNT, K: COUNT, tile: COUNT, elem: [1, 64], beat: SIZE },
};
const KINDS = Object.keys(GENERATORS) as Generator['kind'][];

function readGenerator(fields: Fields, json: unknown): Generator {
  const given = fields.object(json, 'generator');
  const kind = fields.choice(given.kind, 'generator.kind', KINDS);
  for (const [key, [min, max]] of Object.entries(GENERATORS[kind])) {
    fields.whole(given[key], `generator.${key}`, min, max);
  }
  if (kind === 'interleave') {
    const bases = fields.list(given.bases, 'generator.bases', MOST_STREAMS);
    bases.forEach((base, index) => fields.whole(base, `generator.bases.${index}`, ...ADDRESS));
  }
  if (kind === 'random' && !/^0x[0-9a-f]{1,16}$/i.test(String(given.seed))) {
    fields.refuse('generator.seed', 'it must be a text of 0x and up to 16 hexadecimal digits');
  }
  const generator = given as unknown as Generator;
  if (fields.problems.length === 0) checkTogether(fields, generator);
  return generator;
}

/** What single numbers do not show: tiles that do not divide their matrix, traces that never end, addresses beyond memory. */
function checkTogether(fields: Fields, generator: Generator): void {
  for (const key of generator.kind === 'gemm' ? (['M', 'N', 'K'] as const) : []) {
    const { [key]: size, tile } = generator as Generator & { kind: 'gemm' };
    if (size % tile !== 0) fields.refuse(`generator.${key}`, `is ${size}, no multiple of the tile of ${tile}`);
  }
  const length = traceLength(generator);
  if (length > MOST_ACCESSES) fields.refuse('generator', `makes ${length} accesses; at most ${MOST_ACCESSES} are run`);
}

function readRanges(fields: Fields, json: unknown): TlbInput['ranges'] {
  const ranges = fields.list(json, 'ranges', MOST_RANGES).map((row, index) => {
    const [base, size] = fields.list(row, `ranges.${index}`, 2);
    return {
      index,
      base: fields.whole(base, `ranges.${index}.0 (base)`, ...ADDRESS),
      size: fields.whole(size, `ranges.${index}.1 (size)`, ...SIZE),
    };
  });
  const sorted = [...ranges].sort((a, b) => a.base - b.base);
  sorted.slice(1).forEach(({ index, base }, before) => {
    const previous = sorted[before];
    if (base < previous.base + previous.size) fields.refuse(`ranges.${index}`, `overlaps ranges.${previous.index}`);
  });
  return ranges.map(({ base, size }) => [base, size]);
}

/** Check one trace; expected counts in it are ignored. */
export function parseTlb(json: unknown): Result<TlbInput> {
  const fields = new Fields();
  const trace = fields.object(json, '');
  const input = { generator: readGenerator(fields, trace.generator), ranges: readRanges(fields, trace.ranges) };
  if (fields.problems.length > 0) return fields.result(input);
  for (const address of addresses(input.generator)) {
    if (address < END_OF_MEMORY) continue;
    fields.refuse('generator', `makes the address ${address}; memory ends at ${END_OF_MEMORY}`);
    break;
  }
  return fields.result(input);
}

export function answerTlb(module: WebAssembly.Module, json: unknown): Result<Answer> {
  const input = parseTlb(json);
  if (!input.ok) return input;
  const trace = {
    ranges: input.value.ranges,
    addresses: BigUint64Array.from(addresses(input.value.generator), BigInt),
  };
  const page = PAGE_BYTES.flatMap((P) =>
    ENTRIES.map((E) => {
      const { hit, miss } = probeTlb(module, trace, E, P);
      return { P, E, hit, miss };
    }),
  );
  const range = ENTRIES.map((E) => ({ E, ...probeTlb(module, trace, E) }));
  const text = table([
    ['TLB', 'entries', 'hits', 'misses', 'faults'],
    ...page.map(({ P, E, hit, miss }) => [`page of ${P}`, E, hit, miss, 0]),
    ...range.map(({ E, hit, miss, fault }) => ['range', E, hit, miss, fault]),
  ]);
  return ok({ json: { page, range }, text });
}
