/**
 * Rules between keys of one document, which a schema of single keys cannot say: names are told apart, tiles exist, are used once and
 * hold a core, memory has an interface, buffers fit into a browser. Works on a document whose single keys are right.
 */
import { chipParameters, resolveChip, type Chip } from '../model/chip.ts';
import { meet } from '../model/experiment.ts';
import { handRouteProblems } from '../model/hand-routes.ts';
import { tileCount } from '../model/mesh.ts';
import { rectangleTiles } from '../model/partitions.ts';
import { ONNX_PREFIX } from '../model/models.ts';
import { DEFAULT_TRAFFIC, patternMisfit } from '../model/traffic.ts';
import type { Problem } from '../model/problem.ts';
import { vcoreCount } from '../model/vnpu.ts';
import { DEFAULT_TENANT } from './defaults.ts';
import { show } from './messages.ts';
import { eventProblems } from './events.ts';
import { modeProblems } from './modes.ts';
import type { ChipDocument, ExperimentDocument, TenantDocument } from './schema.ts';

/** Flit buffers of one plane and port: four planes of five ports stay below 100 MB. */
const MAX_BUFFERS = 262_144;

type Workload = NonNullable<TenantDocument['workload']>;

/** Every broken rule of a document, in document order. */
export function brokenRules(document: ExperimentDocument): Problem[] {
  const chip = document.chip ?? {};
  const tenants = document.tenants ?? [];
  const chipProblems = [...tilesOutside(chip), ...sizes(chip)];
  if (chipProblems.length > 0) return chipProblems;
  const resolved = resolveChip(chip);
  return [
    ...sharedInterfaces(chip, resolved),
    ...wrongPartitions(chip, resolved),
    ...trafficProblems(document, resolved),
    ...missingMemory(resolved, tenants),
    ...repeatedNames(tenants),
    ...tenants.flatMap(({ workload }, index) => importProblems(workload ?? {}, `tenants.${index}.workload`)),
    ...tenants.flatMap(modeProblems),
    ...tenants.flatMap((tenant, index) => channelProblems(resolved, tenant, index)),
    ...tenants.flatMap(lifeProblems),
    ...tenants.flatMap(memoryHopsProblems),
    ...tenants.flatMap(({ routes = [] }, index) =>
      handRouteProblems(resolved, resolved.virtualChannels, routes, `tenants.${index}.routes`),
    ),
    ...tenants.flatMap((tenant, index) => placementProblems(resolved, tenant, `tenants.${index}.placement`)),
    ...eventProblems(document, resolved),
    ...tilesOfTwo(document),
  ];
}

function tilesOutside(chip: ChipDocument): Problem[] {
  const mesh = chipParameters(chip);
  const tiles = tileCount(mesh);
  const right = `the ${mesh.width} x ${mesh.height} mesh has tiles 0 to ${tiles - 1}`;
  const problems: Problem[] = [];
  for (const key of ['memoryTiles', 'disabledTiles'] as const) {
    const list = chip[key] ?? [];
    list.forEach((tile, index) => {
      if (tile >= tiles) problems.push({ path: `chip.${key}.${index}`, message: `tile ${tile} is outside; ${right}` });
      const first = list.indexOf(tile);
      if (first < index) {
        problems.push({
          path: `chip.${key}.${index}`,
          message: `tile ${tile} is there already (item ${first}); name it once`,
        });
      }
    });
  }
  if (mesh.controllerTile >= tiles) {
    problems.push({ path: 'chip.controllerTile', message: `tile ${mesh.controllerTile} is outside; ${right}` });
  }
  return problems;
}

function sizes(chip: ChipDocument): Problem[] {
  const values = chipParameters(chip);
  const buffers = tileCount(values) * values.virtualChannels * values.bufferDepth;
  if (buffers <= MAX_BUFFERS) return [];
  const product = `${tileCount(values)} tiles x ${values.virtualChannels} virtual channels x ${values.bufferDepth} flits`;
  return [
    {
      path: 'chip.bufferDepth',
      message: `${product} are ${buffers} buffers per port; at most ${MAX_BUFFERS} are right: fewer tiles, channels or flits`,
    },
  ];
}

function sharedInterfaces(chip: ChipDocument, resolved: Chip): Problem[] {
  return (chip.disabledTiles ?? []).flatMap((tile, index) =>
    resolved.memoryTiles.includes(tile)
      ? [
          {
            path: `chip.disabledTiles.${index}`,
            message: `tile ${tile} is a memory interface and cannot be disabled; name a core tile, or leave it out of chip.memoryTiles`,
          },
        ]
      : [],
  );
}

/** Partitions lie on the mesh, apart from one another, and hold a core each. */
function wrongPartitions({ partitions }: ChipDocument, chip: Chip): Problem[] {
  if (typeof partitions !== 'object') return [];
  const taken = new Map<number, number>();
  return partitions.flatMap((own, index): Problem[] => {
    const path = `chip.partitions.${index}`;
    if (own.x + own.width > chip.width || own.y + own.height > chip.height)
      return [{ path, message: `ends outside the ${chip.width} x ${chip.height} mesh; keep it inside` }];
    const tiles = rectangleTiles(chip, own);
    const shared = tiles.find((tile) => taken.has(tile));
    for (const tile of tiles) taken.set(tile, index);
    if (shared !== undefined)
      return [{ path, message: `tile ${shared} is in an earlier partition already; partitions lie apart` }];
    if (tiles.some((tile) => chip.tiles[tile] === 'core')) return [];
    return [{ path, message: 'holds no core; a partition holds one at least' }];
  });
}

/** Traffic stands instead of tenants; a mesh without cores has nothing else. */
function trafficProblems({ traffic, tenants = [] }: ExperimentDocument, chip: Chip): Problem[] {
  if (traffic === undefined) {
    const isBare = chip.tiles.includes('terminal') && tenants.length > 0;
    return isBare
      ? [{ path: 'chip.preset', message: `${show(chip.preset)} has no cores for tenants, only routers` }]
      : [];
  }
  const misfit = patternMisfit(traffic.pattern ?? DEFAULT_TRAFFIC.pattern, chip);
  return [
    ...(tenants.length > 0 ? [{ path: 'traffic', message: 'stands instead of tenants; leave one of them out' }] : []),
    ...(misfit === undefined ? [] : [{ path: 'traffic.pattern', message: misfit }]),
    ...handRouteProblems(chip, chip.virtualChannels, traffic.routes ?? [], 'traffic.routes'),
  ];
}

function missingMemory(chip: Chip, tenants: readonly TenantDocument[]): Problem[] {
  if (chip.memoryTiles.length > 0 || tenants.length === 0) return [];
  return [
    { path: 'chip.memoryTiles', message: 'is an empty list, but tenants load from memory; name at least one tile' },
  ];
}

function repeatedNames(tenants: readonly TenantDocument[]): Problem[] {
  return tenants.flatMap(({ name }, index) => {
    const first = tenants.findIndex((other) => other.name === name);
    return first === index
      ? []
      : [
          {
            path: `tenants.${index}.name`,
            message: `${show(name)} is the name of tenant ${first} already; give each its own`,
          },
        ];
  });
}

function channelProblems({ memoryTiles }: Chip, { channels }: TenantDocument, index: number): Problem[] {
  if (channels === undefined) return [];
  const path = `tenants.${index}.channels`;
  if (channels.length === 0) return [{ path, message: 'is an empty list; name at least one channel, or leave it out' }];
  return channels.flatMap((channel, i) => {
    const at = `${path}.${i}`;
    if (channel >= memoryTiles.length) {
      return [{ path: at, message: `there is no channel ${channel}; the chip has 0 to ${memoryTiles.length - 1}` }];
    }
    const first = channels.indexOf(channel);
    return first < i
      ? [{ path: at, message: `channel ${channel} is there already (item ${first}); name it once` }]
      : [];
  });
}

function lifeProblems({ arrivalCycle = 0, departureCycle }: TenantDocument, index: number): Problem[] {
  if (departureCycle === undefined || departureCycle > arrivalCycle) return [];
  const message = `is ${departureCycle}; it must be after the arrival in cycle ${arrivalCycle}`;
  return [{ path: `tenants.${index}.departureCycle`, message }];
}

/** What is wrong with tiles that a tenant names for its virtual cores. */
export function placementProblems(
  chip: Chip,
  tenant: Pick<TenantDocument, 'placement' | 'topology'>,
  path: string,
): Problem[] {
  const { placement } = tenant;
  if (placement === undefined) return [];
  const topology = { ...DEFAULT_TENANT.topology, ...tenant.topology };
  const cores = vcoreCount(topology);
  if (placement.length !== cores) {
    const shape = `${topology.width} x ${topology.height} virtual cores need ${cores}`;
    return [{ path, message: `names ${placement.length} tiles; ${shape}, one for each` }];
  }
  return placement.flatMap((tile, vcore) => {
    const message = wrongTile(chip, placement, tile, vcore);
    return message === undefined ? [] : [{ path: `${path}.${vcore}`, message }];
  });
}

function memoryHopsProblems({ topology, mappingCosts }: TenantDocument, index: number): Problem[] {
  const { memoryHops } = mappingCosts ?? {};
  const cores = vcoreCount({ ...DEFAULT_TENANT.topology, ...topology });
  if (memoryHops === undefined || memoryHops.length === cores) return [];
  const message = `names ${memoryHops.length} distances; the tenant has ${cores} virtual cores, one distance for each`;
  return [{ path: `tenants.${index}.mappingCosts.memoryHops`, message }];
}

function wrongTile(chip: Chip, placement: readonly number[], tile: number, vcore: number): string | undefined {
  const kind = chip.tiles[tile];
  if (kind === undefined)
    return `tile ${tile} is outside; the ${chip.width} x ${chip.height} mesh has tiles 0 to ${tileCount(chip) - 1}`;
  if (kind === 'memory') return `tile ${tile} is a memory interface; name a core tile`;
  if (kind === 'disabled') return `tile ${tile} is disabled; name a core tile`;
  const first = placement.indexOf(tile);
  if (first < vcore) return `tile ${tile} holds virtual core ${first} already; give each its own`;
  return undefined;
}

/** Tenants that are never there at the same time may name the same tile: until one departs, or moves away. */
function tilesOfTwo({ tenants = [], events = [] }: ExperimentDocument): Problem[] {
  const lives = tenants.map(({ name, arrivalCycle = 0, departureCycle = Infinity }) => {
    const leaves = events.flatMap(({ tenant, cycle }) => (tenant === name ? [cycle - 1] : []));
    return { arrivalCycle, departureCycle: Math.min(departureCycle, ...leaves) };
  });
  return tenants.flatMap((tenant, index) =>
    (tenant.placement ?? []).flatMap((tile, vcore) => {
      const other = tenants.findIndex(
        ({ placement }, i) => i < index && placement?.includes(tile) && meet(lives[i], lives[index]),
      );
      if (other < 0) return [];
      const message = `tile ${tile} belongs to ${show(tenants[other].name)} already; name a free tile for ${show(tenant.name)}`;
      return [{ path: `tenants.${index}.placement.${vcore}`, message }];
    }),
  );
}

/** An imported model brings its operators; one of the zoo has them already. */
function importProblems({ model = '', operators, sizes }: Workload, path: string): Problem[] {
  if (model.startsWith(ONNX_PREFIX)) {
    if (operators !== undefined) return [];
    const message =
      'is missing: a document carries the operators of an imported network; the command line adds them from the file, the page when it is dropped';
    return [{ path: `${path}.operators`, message }];
  }
  const key = operators !== undefined ? 'operators' : sizes !== undefined ? 'sizes' : undefined;
  if (key === undefined) return [];
  return [
    {
      path: `${path}.${key}`,
      message: 'belongs to an imported network, whose model begins with "onnx:"; leave it out',
    },
  ];
}
