/** What links and memory channels carried. Links between routers only; terminals are not links. */
import { PLANES } from '../model/causes.ts';
import type { Chip } from '../model/chip.ts';
import { LOCAL, neighbour, tileCount } from '../model/mesh.ts';
import { flitOwners, type Plan, type TenantPlan } from '../model/plan.ts';
import type { Deadlock, Snapshot } from '../engine/snapshot.ts';
import type { LinkReport, Report } from './report.ts';

const DATA = PLANES.indexOf('data');

/** Visit every link of the mesh: its two tiles and the port by which `from` reaches `to`. */
function forEachLink(chip: Chip, visit: (from: number, to: number, port: number) => void): void {
  for (let from = 0; from < tileCount(chip); from++) {
    for (let port = 0; port < LOCAL; port++) {
      const to = neighbour(chip, from, port);
      if (to >= 0) visit(from, to, port);
    }
  }
}

/** Index of a link of one plane in `LinkCounters.blocked`; times the number of tenants it is one in `flits`. */
const linkIndex = (chip: Chip, plane: number, tile: number, port: number): number =>
  (plane * tileCount(chip) + tile) * LOCAL + port;

/** A counter per tenant of one link of one plane. */
function perTenantOf(plan: Plan, counters: Float64Array, plane: number, tile: number, port: number): number[] {
  const tenants = flitOwners(plan);
  const at = linkIndex(plan.chip, plane, tile, port) * tenants;
  return Array.from(counters.subarray(at, at + tenants));
}

/** Every link and plane that carried a flit, or was to, plane by plane in tile and port order. */
export function linkReports(plan: Plan, snapshot: Snapshot): LinkReport[] {
  const reports: LinkReport[] = [];
  PLANES.forEach((name, plane) => {
    forEachLink(plan.chip, (from, to, port) => {
      const perTenant = perTenantOf(plan, snapshot.links.flits, plane, from, port);
      const flits = perTenant.reduce((sum, n) => sum + n, 0);
      const blockedCycles = snapshot.links.blocked[linkIndex(plan.chip, plane, from, port)];
      if (flits === 0 && blockedCycles === 0) return;
      const blockedPerTenant = perTenantOf(plan, snapshot.links.blockedTenants, plane, from, port);
      reports.push({ plane: name, from, to, flits, blockedCycles, perTenant, blockedPerTenant });
    });
  });
  return reports;
}

/** Who waits for whom, as plain data. */
export function deadlockReport({ cycle, waiting, circle }: Deadlock): NonNullable<Report['deadlock']> {
  return {
    cycle,
    waiting: waiting.map((wait) => ({ ...wait })),
    circle: circle.map(({ plane, from, to, channel }) => ({ plane: PLANES[plane], from, to, channel })),
  };
}

/** All tiles that a tenant has at some time. */
const tilesEver = ({ tiles, moves = [] }: TenantPlan): number[] => [...tiles, ...moves.flatMap((move) => move.tiles)];

/** Data-plane flits of one tenant over a link that begins or ends at a tile of another. */
export interface ForeignLink {
  readonly tile: number;
  readonly port: number;
  readonly tenant: number;
  /** Whose tile it is. */
  readonly owner: number;
  readonly flits: number;
}

/**
 * Every link that carries what confined routes would keep away from it, tenant by tenant. Links are counted over the whole run, so a
 * tile that is handed over is foreign only to tenants that never have it.
 * @param flitsOver data-plane flits per tenant of the link that leaves a tile at a port
 */
export function foreignLinks(
  { chip, tenants }: Pick<Plan, 'chip' | 'tenants'>,
  flitsOver: (tile: number, port: number) => readonly number[],
): ForeignLink[] {
  const owners = chip.tiles.map((): number[] => []);
  tenants.forEach((tenant, index) => tilesEver(tenant).forEach((tile) => owners[tile].push(index)));
  const links: ForeignLink[] = [];
  forEachLink(chip, (tile, to, port) => {
    const ends = [owners[to], owners[tile]].filter((those) => those.length > 0);
    if (ends.length === 0) return;
    flitsOver(tile, port).forEach((flits, tenant) => {
      const foreign = flits > 0 && ends.find((those) => !those.includes(tenant));
      if (foreign) links.push({ tile, port, tenant, owner: foreign[0], flits });
    });
  });
  return links;
}

/** Data-plane flits of a tenant over links that begin or end at a tile of another tenant: what confined routes avoid. */
export const foreignLinkFlits = (plan: Plan, snapshot: Snapshot, tenant: number): number =>
  foreignLinks(plan, (tile, port) => perTenantOf(plan, snapshot.links.flits, DATA, tile, port))
    .filter((link) => link.tenant === tenant)
    .reduce((sum, { flits }) => sum + flits, 0);

/** Memory channels with the bandwidth that they reached over the whole run, in bytes per cycle. */
export function channelReports({ cycle, channels }: Snapshot): Report['channels'] {
  return channels.map(({ tile, bytes, busyCycles }) => ({
    tile,
    bytes,
    busyCycles,
    bytesPerCycle: cycle === 0 ? 0 : bytes / cycle,
  }));
}
