/** A resolved chip: every parameter has its value, every tile its kind. Presets follow section 1 of the machine model. */
import { CHIP_PARAMETERS, type ChipParameterKey } from './parameters.ts';
import { tileCount, type Mesh } from './mesh.ts';
import type { Partitions } from './partitions.ts';

/** `terminal`: a router and the source and sink beside it, nothing else (synthetic traffic). */
export type TileKind = 'core' | 'memory' | 'disabled' | 'terminal';
export type ChipParameters = Record<ChipParameterKey, number>;

/** How a burst reaches memory: over the request and response planes, or beside the network. */
export type MemoryPath = 'noc' | 'bus';

export interface Chip extends Readonly<ChipParameters> {
  readonly preset: string;
  readonly memoryPath: MemoryPath;
  /** Kind of every tile, indexed by tile number. */
  readonly tiles: readonly TileKind[];
  /** Tile of each memory channel, in channel order. */
  readonly memoryTiles: readonly number[];
  /** How it is cut for tenants in mode mig. */
  readonly partitions: Partitions;
}

/** What a document may say about a chip: a preset and any field of it, overridden one by one. */
export interface ChipRequest extends Partial<ChipParameters> {
  preset?: string;
  memoryPath?: MemoryPath;
  memoryTiles?: readonly number[];
  disabledTiles?: readonly number[];
  partitions?: Partitions;
}

interface Preset {
  readonly summary: string;
  readonly parameters: Partial<ChipParameters>;
  /** Mesh columns whose tiles are memory interfaces, given the mesh width. */
  readonly memoryColumns: (width: number) => number[];
  /** What the other tiles hold: a core, if nothing is said. */
  readonly tiles?: TileKind;
}

const westAndEast = (width: number): number[] => (width === 1 ? [0] : [0, width - 1]);

export const CHIP_PRESETS: Readonly<Record<string, Preset>> = {
  'vnpu-sim-36': {
    summary: '6 x 6 cores of 128 x 128 MACs, 30 MB each, 720 B/cycle: the simulated chip of the vNPU paper',
    parameters: {},
    memoryColumns: westAndEast,
  },
  'vnpu-sim-48': {
    summary: '8 x 6 of the same cores',
    parameters: { width: 10 },
    memoryColumns: westAndEast,
  },
  'vnpu-fpga-8': {
    summary: "4 x 2 cores of 16 x 16 MACs, 512 KB each, 16 B/cycle: the paper's prototype",
    parameters: {
      width: 5,
      height: 2,
      clockMHz: 1000,
      arrayRows: 16,
      arrayColumns: 16,
      vectorLanes: 16,
      scratchpadBytes: 512 * 1024,
      memoryBytesPerCycle: 8,
      flitBytes: 16,
    },
    memoryColumns: () => [0],
  },
};

export const DEFAULT_PRESET = 'vnpu-sim-36';
export const DEFAULT_PARTITIONS = 'halves';

const MESH_PRESET = /^mesh-([1-9]\d?)x([1-9]\d?)$/;
const MOST_ACROSS = 64;

/** The preset of that name: one of the table, or `mesh-WxH` for any mesh without cores; undefined if there is none. */
export function presetOf(name: string): Preset | undefined {
  if (Object.hasOwn(CHIP_PRESETS, name)) return CHIP_PRESETS[name];
  const [width, height] = (MESH_PRESET.exec(name) ?? []).slice(1).map(Number);
  if (!(width <= MOST_ACROSS && height <= MOST_ACROSS)) return undefined;
  return {
    summary: `${width} x ${height} routers for synthetic traffic`,
    parameters: { width, height, flitBytes: 32 },
    memoryColumns: () => [],
    tiles: 'terminal',
  };
}

/** Parameters of a preset with the request's overrides on top. The preset name must exist. */
export function chipParameters(request: ChipRequest): ChipParameters {
  const preset = presetOf(request.preset ?? DEFAULT_PRESET)!;
  const values = {} as ChipParameters;
  for (const { key, default: fallback } of CHIP_PARAMETERS) {
    values[key] = request[key] ?? preset.parameters[key] ?? fallback;
  }
  return values;
}

/**
 * Resolve a request whose values are already checked (the experiment room does that): every parameter, every tile's kind.
 * Memory tiles not named in the request are the preset's columns over the whole height.
 */
export function resolveChip(request: ChipRequest): Chip {
  const preset = request.preset ?? DEFAULT_PRESET;
  const parameters = chipParameters(request);
  const mesh: Mesh = parameters;
  const { memoryColumns, tiles: kind = 'core' } = presetOf(preset)!;
  const columns = memoryColumns(mesh.width);
  const tiles = Array.from({ length: tileCount(mesh) }, (): TileKind => kind);
  const memoryTiles =
    request.memoryTiles ?? tiles.map((_, tile) => tile).filter((tile) => columns.includes(tile % mesh.width));
  for (const tile of memoryTiles) tiles[tile] = 'memory';
  for (const tile of request.disabledTiles ?? []) tiles[tile] = 'disabled';
  const { memoryPath = 'noc', partitions = DEFAULT_PARTITIONS } = request;
  return { preset, memoryPath, ...parameters, tiles, memoryTiles, partitions };
}

/** Tiles that hold an NPU core, in tile order. */
export function coreTiles(chip: Chip): number[] {
  return chip.tiles.flatMap((kind, tile) => (kind === 'core' ? [tile] : []));
}
