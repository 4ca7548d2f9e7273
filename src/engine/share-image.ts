/** Builds the records of tiles that several virtual cores of a tenant share: who takes turns, and what each loads again. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Plan, SharedTile } from '../model/plan.ts';
import type { Operation, Program, Step } from '../model/program.ts';
import { NEVER, type Regions } from './regions.ts';

type Load = Extract<Operation, { op: 'load' | 'store' }>;

/**
 * @param byVcore addresses of the cores by tenant and virtual core
 */
export function writeShares(regions: Regions, { tenants, chip }: Plan, byVcore: readonly (readonly number[])[]): void {
  const shares = tenants.flatMap(({ shared = [], programs }, t) =>
    shared.map((tile) => ({ tile, programs, cores: tile.vcores.map((vcore) => byVcore[t][vcore]) })),
  );
  const base = regions.take(shares.length * L.Y_STRIDE);
  regions.u32(L.H_SHARES, shares.length);
  regions.u32(L.H_SHARES_AT, base);
  regions.u32(L.H_SLICE_CYCLES, chip.sliceCycles);
  regions.u32(L.H_SWITCH_CYCLES, chip.switchCycles);
  shares.forEach(({ tile, programs, cores }, i) => writeShare(regions, base + i * L.Y_STRIDE, tile, programs, cores));
}

/** The first virtual core has the tile at the start. */
function writeShare(
  regions: Regions,
  share: number,
  { vcores, evicts }: SharedTile,
  programs: readonly Program[],
  cores: readonly number[],
): void {
  regions.u32(share + L.Y_CORES, cores.length);
  regions.u32(share + L.Y_LIST, regions.list(cores));
  regions.u32(share + L.Y_EVICTS, evicts ? 1 : 0);
  regions.u64(share + L.Y_SLICE_END, NEVER);
  regions.u64(share + L.Y_WAKE, NEVER);
  cores.forEach((core, i) => {
    regions.u32(core + L.C_SHARE, share);
    if (i > 0) regions.u8(core + L.C_TURN, C.TURN_AWAY);
    if (i > 0) regions.u8(core + L.C_CAUSE, C.CAUSE_AWAY);
    if (evicts) regions.u32(core + L.C_RELOADS, writeReloads(regions, programs[vcores[i]]));
  });
}

/** The loads outside the iterations again, as instructions that nobody waits for. */
function writeReloads(regions: Regions, { steps }: Program): number {
  const loads = residentLoads(steps);
  const base = regions.take(loads.length * L.I_STRIDE);
  loads.forEach(({ address, bytes }, i) => {
    const at = base + i * L.I_STRIDE;
    regions.u8(at + L.I_OP, C.OP_LOAD);
    regions.u32(at + L.I_A, bytes);
    regions.u64(at + L.I_ADDRESS, address);
    regions.u32(at + L.I_INDEX, i);
  });
  return base;
}

/** Loads in the order in which they run; those of the iterations are not among them. */
function residentLoads(steps: readonly Step[]): Load[] {
  return steps.flatMap((step): Load[] => {
    if (step.op === 'load') return [step];
    if (step.op !== 'loop' || step.iteration) return [];
    const once = residentLoads(step.body);
    return Array.from({ length: step.count }, () => once).flat();
  });
}
