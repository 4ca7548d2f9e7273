/**
 * Where each tenant's tensors lie in physical memory, and its range translation table. Every tenant gets one arena; inside it tensors
 * keep their distances, so pages of any size up to 2 MiB map consistently, and one range per tensor is the whole table.
 * Leaves out: freeing, growing and fragmentation (tenants stay), and sharing of tensors between tenants.
 * Entry format (vNPU paper's vChunk): bases of 48 bits, size of 32; at most 256 entries.
 */
import type { MemoryTensor } from '../model/plan.ts';
import { fail, ok, type Result } from '../model/problem.ts';
import type { Range } from '../model/vnpu.ts';

export const MAX_RANGES = 256;
/** Arenas begin at multiples of the largest page. */
const ARENA_ALIGNMENT = 2 * 1024 * 1024;
const LARGEST_RANGE = 2 ** 32 - 1;
const ADDRESS_END = 2 ** 48;

const alignDown = (address: number): number => address - (address % ARENA_ALIGNMENT);
const alignUp = (address: number): number => alignDown(address + ARENA_ALIGNMENT - 1);

/**
 * Range tables of all tenants, each sorted by virtual base.
 * @param tenants the tensors of each tenant, in tenant order; the first arena begins at 2 MiB, so address 0 is nobody's
 */
export function mapMemory(tenants: readonly (readonly MemoryTensor[])[]): Result<Range[][]> {
  let arena = ARENA_ALIGNMENT;
  const tables: Range[][] = [];
  for (const [index, tensors] of tenants.entries()) {
    const sorted = [...tensors].sort((a, b) => a.virtualBase - b.virtualBase);
    const wrong = wrongTensors(sorted);
    if (wrong !== undefined) return fail(`tenants.${index}.workload`, wrong);
    const offset = arena - alignDown(sorted[0]?.virtualBase ?? 0);
    const table = sorted.map((tensor): Range => ({ ...tensor, physicalBase: tensor.virtualBase + offset }));
    const last = table.at(-1);
    arena = last === undefined ? arena : alignUp(last.physicalBase + last.bytes);
    if (arena > ADDRESS_END)
      return fail(`tenants.${index}.workload`, `its tensors end beyond 2^48 bytes of physical memory`);
    tables.push(table);
  }
  return ok(tables);
}

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
