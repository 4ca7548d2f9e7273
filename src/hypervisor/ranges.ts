/**
 * Where each tenant's tensors lie in physical memory, and its range translation table. A tenant gets memory when it arrives, from a
 * buddy allocator in units of the largest page, so that pages of any size up to that map whole, and gives it back when it has
 * departed. A size that another replaces gives its memory back once the new one has its own; whoever gets it waits until the old one has
 * drained. In one piece if there is one, and then one range per tensor is the whole table; where memory is fragmented a tensor is cut at
 * the ends of the pieces and has several ranges. Leaves out growing, compaction, and sharing of tensors between tenants.
 * Entry format (vNPU paper's vChunk): bases of 48 bits, size of 32; at most 256 entries.
 */
import { meet } from '../model/experiment.ts';
import type { MemoryState, MemoryTensor } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Range } from '../model/vnpu.ts';
import type { Piece } from './buddy.ts';
import { PhysicalMemory, UNIT_BYTES, type Holder } from './memory.ts';

export const MAX_RANGES = 256;
const LARGEST_RANGE = 2 ** 32 - 1;

/** What a tenant wants mapped, and when it is there. */
export interface MemoryRequest extends Holder {
  /** Number of the request whose size this one replaces; both are of one tenant. */
  readonly replaces?: number;
  readonly tensors: readonly MemoryTensor[];
}

export interface MemoryMapping {
  /** Range tables by tenant, each sorted by virtual base. */
  readonly tables: readonly (readonly Range[])[];
  /** By tenant the requests of others that must have drained before its memory is free. */
  readonly after: readonly (readonly number[])[];
  /** Memory after each change, in the order in which they happen. */
  readonly states: readonly MemoryState[];
}

/**
 * Range tables of all tenants. Who arrives first is served first, of those that arrive together the first in the document.
 * @param memoryBytes physical memory; its first unit is nobody's, so that address 0 is not
 */
export function mapMemory(requests: readonly MemoryRequest[], memoryBytes: number): Result<MemoryMapping> {
  const memory = new PhysicalMemory(requests, memoryBytes);
  const tables: Range[][] = requests.map(() => []);
  const after: number[][] = requests.map(() => []);
  const order = requests.map((_, i) => i).sort((a, b) => requests[a].arrivalCycle - requests[b].arrivalCycle || a - b);
  for (const index of order) {
    const request = requests[index];
    memory.depart((other) => !meet(other, request));
    const sorted = [...request.tensors].sort((a, b) => a.virtualBase - b.virtualBase);
    const wrong = wrongTensors(sorted);
    if (wrong !== undefined) return fail(`tenants.${index}.workload`, wrong);
    const got = memory.take(index, unitsOf(sorted));
    if (typeof got === 'string') return fail(`tenants.${index}.workload`, got);
    after[index] = got.after;
    tables[index] = sorted.flatMap((tensor) => rangesOf(tensor, startOf(sorted), got.pieces));
    if (tables[index].length > MAX_RANGES)
      return fail(`tenants.${index}.workload`, tooTorn(tables[index].length, got.pieces));
    if (request.replaces !== undefined) memory.replace(request.replaces, request.arrivalCycle);
  }
  memory.depart(({ departureCycle }) => departureCycle !== undefined);
  return ok({ tables, after, states: memory.states });
}

const unitOf = (address: number): number => Math.floor(address / UNIT_BYTES);

/** First unit of the tensors' virtual addresses, and how many they span. */
const startOf = (sorted: readonly MemoryTensor[]): number => unitOf(sorted[0]?.virtualBase ?? 0);

function unitsOf(sorted: readonly MemoryTensor[]): number {
  const last = sorted.at(-1);
  return last === undefined ? 0 : unitOf(last.virtualBase + last.bytes - 1) + 1 - startOf(sorted);
}

/** The ranges of a tensor: one, or one for every piece of memory that it touches. */
function rangesOf(tensor: MemoryTensor, start: number, pieces: readonly Piece[]): Range[] {
  const ranges: Range[] = [];
  let base = start * UNIT_BYTES;
  for (const { from, units } of pieces) {
    const end = base + units * UNIT_BYTES;
    const first = Math.max(tensor.virtualBase, base);
    const bytes = Math.min(tensor.virtualBase + tensor.bytes, end) - first;
    const physicalBase = from * UNIT_BYTES + (first - base);
    if (bytes > 0) ranges.push({ ...tensor, virtualBase: first, physicalBase, bytes });
    base = end;
  }
  if (ranges.length < 2) return ranges;
  return ranges.map((range, i) => ({ ...range, name: `${tensor.name} (${i + 1} of ${ranges.length})` }));
}

const tooTorn = (ranges: number, pieces: readonly Piece[]): string =>
  `gets its memory in ${pieces.length} pieces and would need ${ranges} ranges; a range table holds ${MAX_RANGES}: ` +
  'a larger chip.memoryMiB would be right';

/** What a range table cannot hold, in words. Overlapping tensors would be a mistake of the compiler. */
function wrongTensors(sorted: readonly MemoryTensor[]): string | undefined {
  if (sorted.length > MAX_RANGES) {
    return `has ${sorted.length} tensors in memory; a range table holds ${MAX_RANGES}: fewer virtual cores or a smaller model would be right`;
  }
  const large = sorted.find(({ bytes }) => bytes > LARGEST_RANGE);
  if (large !== undefined) return `tensor ${large.name} has ${large.bytes} bytes; a range holds ${LARGEST_RANGE}`;
  sorted.forEach(({ name, virtualBase }, i) => {
    const before = sorted[i - 1];
    if (before && before.virtualBase + before.bytes > virtualBase)
      throw new Error(`tensors ${before.name} and ${name} overlap`);
  });
  return undefined;
}
