/**
 * The ways of an experiment's packets: confined ones from the hypervisor, those made by hand from the document, x first for all
 * others; and the check, plane by plane and over all tenants together, that packets cannot wait for each other in a circle.
 */
import { waitingCircle, type Flow, type NextPort, type Traffic } from '../hypervisor/deadlock.ts';
import { staysOf, type Placement } from '../hypervisor/placement.ts';
import { confinedRoutes } from '../hypervisor/routes.ts';
import type { Chip } from '../model/chip.ts';
import { meet, type Experiment, type TenantRequest } from '../model/experiment.ts';
import { handMasks, handPorts, namesChannels, nextByHand, type HandRoute } from '../model/hand-routes.ts';
import { tileCount, type Mesh } from '../model/mesh.ts';
import type { TenantMove } from '../model/plan.ts';
import { fail, ok, type Problem, type Result } from '../model/problem.ts';
import { destinations } from '../model/traffic.ts';
import { ROUTINGS, type Routes } from '../model/vnpu.ts';

/** Routes of the confined tenants, the others undefined; refused if a route made by hand is not its tenant's. */
export function bindRoutes(
  { chip, tenants }: Experiment,
  placements: readonly Placement[],
): Result<(Routes | undefined)[]> {
  const results = tenants.map(({ routing }, i) =>
    routing === 'confined' ? confinedRoutes(chip, once(placements[i].tiles)) : ok(undefined),
  );
  const problems = results.flatMap((result, i) => [
    ...(result.ok ? [] : result.problems.map(({ path, message }) => ({ path: `tenants.${i}.${path}`, message }))),
    ...strangeEnds(tenants[i], once(placements[i].tiles), `tenants.${i}.routes`),
  ]);
  if (problems.length > 0) return { ok: false, problems };
  return ok(results.map((result) => (result.ok ? result.value : undefined)));
}

/** A tenant on the tiles that it has for a time. */
interface Stay {
  readonly request: TenantRequest;
  readonly tiles: readonly number[];
  /** Of a confined one. */
  readonly routes: Routes | undefined;
}

/** Refused with the circle shown if packets of tenants that are there at the same time could wait in one, unless it is to be watched. */
export function circleProblem(
  experiment: Experiment,
  placements: readonly Placement[],
  routes: readonly (Routes | undefined)[],
  moves: readonly (readonly TenantMove[])[],
): Result<undefined> {
  const stays = experiment.tenants.flatMap((tenant, i) =>
    staysOf(tenant).map((stay, s) => ({
      ...stay,
      tiles: once(s === 0 ? placements[i].tiles : moves[i][s - 1].tiles),
      routes: s === 0 ? routes[i] : moves[i][s - 1].routes,
    })),
  );
  const groups = stays.map((stay) => stays.filter((other) => other === stay || meet(stay, other)));
  const different = new Map(groups.map((group) => [group.map((stay) => stays.indexOf(stay)).join(), group]));
  for (const group of stays.length === 0 ? [[]] : different.values()) {
    for (const { name, path, traffic, vcs } of planes(experiment, group)) {
      const circle = waitingCircle(experiment.chip, traffic, vcs);
      if (circle === undefined || (experiment.circles === 'watch' && path !== '')) continue;
      const around = [...circle, circle[0]].join(' > ');
      const message = `packets of the ${name} network could wait for each other around the tiles ${around}; break the circle, or ask to see it with "circles": "watch"`;
      return fail(path, message);
    }
  }
  return ok(undefined);
}

/** Virtual cores may take turns on a tile. */
const once = (tiles: readonly number[]): number[] => [...new Set(tiles)];

/** Ways made by hand that are not between cores of their tenant or, where it is confined, leave its tiles. */
function strangeEnds(
  { name, routing, routes = [], moves = [] }: TenantRequest,
  own: readonly number[],
  path: string,
): Problem[] {
  if (routes.length > 0 && moves.length > 0)
    return [{ path, message: `name tiles, which ${name} leaves when it moves; leave the routes out, or the events` }];
  return routes.flatMap(({ tiles }, row) =>
    tiles.flatMap((tile, i) => {
      const isEnd = i === 0 || i === tiles.length - 1;
      if (own.includes(tile) || !(isEnd || routing === 'confined')) return [];
      const why = isEnd ? 'a route begins and ends at a core of its tenant' : 'the routing "confined" keeps to those';
      const message = `tile ${tile} holds no core of ${name}, which has ${own.join(', ')}; ${why}`;
      return [{ path: `${path}.${row}.tiles.${i}`, message }];
    }),
  );
}

interface PlaneTraffic {
  readonly name: string;
  /** Whose routes these are in the document; empty where nobody can choose them. */
  readonly path: string;
  readonly traffic: Traffic[];
  /** Virtual channels that its packets tell apart. */
  readonly vcs?: number;
}

function* planes({ chip, traffic }: Experiment, stays: readonly Stay[]): Iterable<PlaneTraffic> {
  if (traffic) yield syntheticTraffic(chip, traffic);
  // packets under dimension order and confined ones have channels of their own
  for (const routing of ROUTINGS) {
    const own = stays.filter(({ request }) => request.routing === routing);
    const vcs = channelsTold(
      chip,
      own.flatMap(({ request: { routes = [] } }) => routes),
    );
    yield { name: 'data', path: 'tenants', traffic: own.map((stay) => messages(chip, stay, vcs)), vcs };
  }
  const xFirst = (flows: Iterable<Flow>): Traffic => ({ flows, next: nextByHand(chip, []), led: new Set() });
  const everyChannel = chip.memoryTiles.map((_, channel) => channel);
  const memory = stays.map(({ request: { channels = everyChannel } }) => channels.map((i) => chip.memoryTiles[i]));
  if (chip.memoryPath === 'noc') {
    const requests = memory.flatMap((tiles, i) => tiles.map((to): Flow => ({ to, from: stays[i].tiles })));
    yield { name: 'request', path: '', traffic: [xFirst(requests)] };
    const responses = memory.flatMap((from, i) => stays[i].tiles.map((to): Flow => ({ to, from })));
    yield { name: 'response', path: '', traffic: [xFirst(responses)] };
  }
  const dispatched = stays.filter(({ request }) => request.dispatch === 'noc').flatMap(({ tiles }) => tiles);
  const instructions = dispatched.map((to): Flow => ({ to, from: [chip.controllerTile] }));
  yield { name: 'instruction', path: '', traffic: [xFirst(instructions)] };
}

function syntheticTraffic(chip: Chip, { pattern, routes = [] }: NonNullable<Experiment['traffic']>): PlaneTraffic {
  const everyTile = Array.from({ length: tileCount(chip) }, (_, tile) => tile);
  const targets = destinations(pattern, chip);
  const senders = targets && everyTile.map((): number[] => []);
  targets?.forEach((to, from) => senders![to].push(from));
  const flows = everyTile.map((to): Flow => ({ to, from: senders?.[to] ?? everyTile }));
  const vcs = channelsTold(chip, routes);
  const traffic = [{ flows, next: nextByHand(chip, routes), led: endsOf(routes), ...masksOf(chip, vcs, routes) }];
  return { name: 'data', path: 'traffic.routes', traffic, vcs };
}

/** Virtual channels that routes tell apart: where none names any, a link stands for all of its own. */
const channelsTold = (chip: Chip, routes: readonly HandRoute[]): number =>
  namesChannels(routes) ? chip.virtualChannels : 1;

const masksOf = (mesh: Mesh, vcs: number, routes: readonly HandRoute[]): Pick<Traffic, 'masks'> =>
  vcs === 1 ? {} : { masks: handMasks(mesh, vcs, routes) };

/** Where routes lead. */
const endsOf = (routes: readonly HandRoute[]): Set<number> =>
  new Set(routes.map(({ tiles }) => tiles[tiles.length - 1]));

/** What the cores of a tenant send each other: by hand, else confined, else x first. */
function messages(mesh: Mesh, { request: { routes: hand = [] }, tiles, routes: confined }: Stay, vcs: number): Traffic {
  const flows = tiles.map((to): Flow => ({ to, from: tiles }));
  const masks = masksOf(mesh, vcs, hand);
  if (confined === undefined) return { flows, next: nextByHand(mesh, hand), led: endsOf(hand), ...masks };
  const vcore = new Map(confined.tiles.map((tile, i) => [tile, i]));
  const byHand = handPorts(mesh, hand);
  const next: NextPort = (tile, to) =>
    byHand.get(tile * tileCount(mesh) + to) ?? confined.ports[vcore.get(tile)!][vcore.get(to)!];
  return { flows, next, ...masks };
}
