/**
 * Synthetic traffic: who sends to whom, how often and for how long (noc-model.md section 18; patterns as in Dally and Towles,
 * Principles and Practices of Interconnection Networks, and BookSim2). Fixed patterns are a table of destinations; `uniform`
 * draws one for every packet.
 */
import { nextByHand, type HandRoute } from './hand-routes.ts';
import { LOCAL, neighbour, tileAt, tileCount, tileX, tileY, type Mesh } from './mesh.ts';
import type { Parameter } from './parameters.ts';

export const PATTERNS = [
  'uniform',
  'transpose',
  'bitcomp',
  'bitrev',
  'shuffle',
  'tornado',
  'neighbor',
  'hotspot',
] as const;
export type Pattern = (typeof PATTERNS)[number];

export interface Traffic {
  readonly pattern: Pattern;
  /** Offered load in flits per node and cycle: above 0, at most 1. */
  readonly rate: number;
  readonly packetFlits: number;
  /** Cycles before statistics begin. */
  readonly warmup: number;
  /** Cycles of the window. */
  readonly measure: number;
  /** Ways made by hand; all other packets go x first. */
  readonly routes?: readonly HandRoute[];
}

/** All that a run of synthetic traffic depends on. */
export interface TrafficShape {
  readonly mesh: Mesh;
  readonly virtualChannels: number;
  readonly bufferDepth: number;
  readonly seed: number;
  readonly traffic: Traffic;
}

export const DEFAULT_TRAFFIC: Traffic = {
  pattern: 'uniform',
  rate: 0.1,
  packetFlits: 4,
  warmup: 10_000,
  measure: 30_000,
};

/** Whole-number parameters of traffic, as in the table of chip parameters. */
export const TRAFFIC_PARAMETERS = [
  {
    key: 'packetFlits',
    label: 'Packet',
    unit: 'flits',
    default: DEFAULT_TRAFFIC.packetFlits,
    min: 1,
    max: 1024,
    source: 'BookSim2 canonical configuration',
    assumed: false,
  },
  {
    key: 'warmup',
    label: 'Warm-up',
    unit: 'cycles',
    default: DEFAULT_TRAFFIC.warmup,
    min: 0,
    max: 10_000_000,
    source: 'BookSim2 canonical configuration',
    assumed: false,
  },
  {
    key: 'measure',
    label: 'Measured window',
    unit: 'cycles',
    default: DEFAULT_TRAFFIC.measure,
    min: 1,
    max: 10_000_000,
    source: 'BookSim2 canonical configuration',
    assumed: false,
  },
] as const satisfies readonly Parameter[];

/** Bits of a tile number, or undefined if the number of tiles is no power of two. */
function bitsOf(mesh: Mesh): number | undefined {
  const bits = Math.log2(tileCount(mesh));
  return Number.isInteger(bits) ? bits : undefined;
}

/** Why this mesh cannot have this pattern, or undefined. */
export function patternMisfit(pattern: Pattern, mesh: Mesh): string | undefined {
  if ((pattern === 'bitrev' || pattern === 'shuffle') && bitsOf(mesh) === undefined) {
    return `"${pattern}" permutes the bits of a tile number: ${mesh.width} x ${mesh.height} tiles must be a power of two`;
  }
  return undefined;
}

/** Destination of every tile, or undefined for `uniform`. The pattern must fit the mesh. */
export function destinations(pattern: Pattern, mesh: Mesh): number[] | undefined {
  if (pattern === 'uniform') return undefined;
  return Array.from({ length: tileCount(mesh) }, (_, tile) => destination(pattern, mesh, tile));
}

/** Half way round a ring of k, rounded down: tornado's step. */
const tornadoStep = (k: number): number => Math.floor((k + 1) / 2) - 1;

function destination(pattern: Exclude<Pattern, 'uniform'>, mesh: Mesh, tile: number): number {
  const { width, height } = mesh;
  const [x, y] = [tileX(mesh, tile), tileY(mesh, tile)];
  const bits = bitsOf(mesh) ?? 0;
  const step = (dx: number, dy: number): number => tileAt(mesh, (x + dx) % width, (y + dy) % height);
  switch (pattern) {
    case 'transpose':
      return y < width && x < height ? tileAt(mesh, y, x) : tile;
    case 'bitcomp':
      return tileAt(mesh, width - 1 - x, height - 1 - y);
    case 'bitrev':
      return Number.parseInt([...tile.toString(2).padStart(bits, '0')].reverse().join(''), 2);
    case 'shuffle':
      return (tile * 2 + Math.floor((tile * 2) / tileCount(mesh))) % tileCount(mesh);
    case 'tornado':
      return step(tornadoStep(width), tornadoStep(height));
    case 'neighbor':
      return step(1, 1);
    case 'hotspot':
      return tileAt(mesh, Math.floor(width / 2), Math.floor(height / 2));
  }
}

/**
 * Offered load, in flits per node and cycle, at which the busiest link would carry a flit in every cycle: the most that the links could do; arbitration and buffers leave part of it unused. At most 1, what a source can send.
 */
export function linkBound(pattern: Pattern, mesh: Mesh, routes: readonly HandRoute[] = []): number {
  const next = nextByHand(mesh, routes);
  const tiles = tileCount(mesh);
  const targets = destinations(pattern, mesh);
  const load = new Float64Array(tiles * (LOCAL + 1)); // the fifth is the way into the node
  const route = (from: number, to: number, flits: number): void => {
    for (let at = from; at !== to;) {
      const port = next(at, to);
      load[at * (LOCAL + 1) + port] += flits;
      at = neighbour(mesh, at, port);
    }
    load[to * (LOCAL + 1) + LOCAL] += flits;
  };
  for (let from = 0; from < tiles; from++) {
    if (targets) route(from, targets[from], 1);
    else for (let to = 0; to < tiles; to++) route(from, to, 1 / tiles);
  }
  return Math.min(1, 1 / Math.max(1, ...load));
}
