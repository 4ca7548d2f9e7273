/** A virtual NPU as its tenant asks for it, and where the hypervisor put it. `vcore` numbers are virtual, `tile` numbers physical. */
export const TRANSLATIONS = ['vchunk', 'page', 'physical'] as const;
export type TranslationKind = (typeof TRANSLATIONS)[number];

export interface Translation {
  readonly kind: TranslationKind;
  /** Entries of the TLB or range TLB (unused by `physical`). */
  readonly entries: number;
  readonly pageBytes: number;
  /** vchunk: a walk begins with the range that followed the last time; absent: it does. */
  readonly lastV?: boolean;
}

/** The mesh a tenant asks for; virtual core v sits at (v mod width, floor(v / width)). */
export interface Topology {
  readonly kind: 'mesh';
  readonly width: number;
  readonly height: number;
}

export const vcoreCount = (topology: Topology): number => topology.width * topology.height;

/**
 * How the hypervisor picks tiles: the requested mesh as it is, the best connected tiles, free tiles in order, regions by shape alone or
 * grown from a part of it, or the best tiles even if they are torn.
 */
export const MAPPINGS = [
  'exact',
  'similar',
  'rowMajor',
  'snake',
  'firstFit',
  'bestFit',
  'shapesFirstFit',
  'shapesBestFit',
  'folds',
  'nucleus',
  'disconnected',
] as const;
export type Mapping = (typeof MAPPINGS)[number];

/** Is the mapping search needed for it? */
export const isSearched = (mapping: Mapping): boolean => !['exact', 'rowMajor', 'snake'].includes(mapping);

/**
 * What a requested edge weighs for the mapping search: all the same, or the bytes that the programs send over it; `bottleneck` asks
 * how long messages and loads from memory take, each over the busiest link of its way.
 */
export const EDGE_WEIGHTS = ['equal', 'traffic', 'bottleneck'] as const;
export type EdgeWeights = (typeof EDGE_WEIGHTS)[number];

export const PLACEMENT_ORDERS = ['given', 'best'] as const;
export type PlacementOrder = (typeof PLACEMENT_ORDERS)[number];

/**
 * How a tenant is given its cores. `bare` names tiles and physical addresses and looks nothing up; `zigzag` is a vNPU whose cores
 * are taken in snake order, whatever their shape; `uvm` exchanges messages through memory shared under page translation; `mig` gets a
 * fixed partition of the chip, whose tiles its virtual cores share in turns if there are too few.
 */
export const MODES = ['vnpu', 'bare', 'uvm', 'mig', 'zigzag'] as const;
export type Mode = (typeof MODES)[number];

/** Do its instructions and messages name virtual cores, to be looked up in a routing table? */
export const hasVirtualCores = (mode: Mode): boolean => mode === 'vnpu' || mode === 'zigzag';

/** How instructions reach the cores: over the shared bus, or as packets of the instruction network. */
export const DISPATCHES = ['bus', 'noc'] as const;
export type Dispatch = (typeof DISPATCHES)[number];

/** Cycles in which the controller issues one instruction, to whichever core. */
export const issueCycles = (
  { busCycles, instructionBytes, flitBytes }: Readonly<Record<'busCycles' | 'instructionBytes' | 'flitBytes', number>>,
  dispatch: Dispatch,
): number => (dispatch === 'bus' ? busCycles : Math.ceil(instructionBytes / flitBytes));

/** A tenant's routing table, virtual core to tile. */
export type RoutingTable =
  | {
      readonly form: 'standard';
      readonly entries: readonly { readonly vcore: number; readonly tile: number }[];
      readonly bits: number;
    }
  | {
      readonly form: 'compact';
      /** Virtual core 0 lies on `tile`; the others follow row by row. */
      readonly entry: {
        readonly vcore: number;
        readonly tile: number;
        readonly width: number;
        readonly height: number;
      };
      readonly bits: number;
    };

/** `dor`: x first on the tiles of the chip, whoever owns them. `confined`: only over the tenant's own tiles. */
export const ROUTINGS = ['dor', 'confined'] as const;
export type Routing = (typeof ROUTINGS)[number];

/** What happens to routes made by hand along which packets could wait for each other in a circle: the document is refused, or run. */
export const CIRCLES = ['refuse', 'watch'] as const;
export type Circles = (typeof CIRCLES)[number];

/** Routes that keep to a tenant's own tiles. */
export interface Routes {
  /** x first, or up and then down a tree whose root is `root`. */
  readonly form: 'xFirst' | 'upDown';
  readonly root?: number;
  /** The tenant's tiles, by virtual core. */
  readonly tiles: readonly number[];
  /** Output port at the tile of one virtual core (first index) towards that of another (second). */
  readonly ports: readonly (readonly number[])[];
}

/** Where a pair of virtual cores exchanges messages in memory: its slots one behind the other, their flags behind them. */
export interface MessageBuffer {
  readonly from: number;
  readonly to: number;
  readonly virtualBase: number;
  readonly slotBytes: number;
}

/** What the hypervisor writes into the reserved zone of each core's scratchpad when it creates a virtual NPU. */
export interface HypervisorTables {
  /** Undefined for a tenant that names tiles. */
  readonly routing?: RoutingTable;
  readonly routingEntries: number;
  readonly rangeEntries: number;
  /** Bytes in each core. */
  readonly bytes: number;
  /** Cycles to write them into all cores. */
  readonly setupCycles: number;
}

/** A cap on memory bandwidth: what the DMA engines of a tenant may issue per window of cycles. */
export interface Bandwidth {
  readonly bytes: number;
  readonly windowCycles: number;
}

/** Memory protection of a range: bit 0 read, bit 1 write. */
export const READ = 1;
export const WRITE = 2;

/** One entry of a tenant's range translation table: a tensor in memory. */
export interface Range {
  readonly name: string;
  readonly virtualBase: number;
  readonly physicalBase: number;
  readonly bytes: number;
  readonly permission: number;
}
