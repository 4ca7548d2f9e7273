/**
 * THE table of chip parameters: key, label, unit, default, range and where the number comes from. The document's schema,
 * the chip editor, the command line and the image all read this table; no other place holds a default.
 * `assumed` marks a default for which no public source gives the number: views show that mark.
 */
export interface Parameter {
  readonly key: string;
  readonly label: string;
  readonly unit: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly source: string;
  readonly assumed: boolean;
}

const row = <K extends string>(
  key: K,
  label: string,
  unit: string,
  value: number,
  range: readonly [min: number, max: number],
  source: string,
  assumed = false,
) => ({ key, label, unit, default: value, min: range[0], max: range[1], source, assumed }) as const;

const ASSUMED = true;
const VNPU = 'vNPU, ISCA 2025, Table 2 as reported by reviews';
const MiB = 1024 * 1024;

export const CHIP_PARAMETERS = [
  row('width', 'Mesh width', 'tiles', 8, [1, 64], 'six core columns and a memory column on either side', ASSUMED),
  row('height', 'Mesh height', 'tiles', 6, [1, 64], VNPU),
  row('clockMHz', 'Clock', 'MHz', 500, [1, 10_000], VNPU + '; only prints seconds'),
  row('arrayRows', 'Systolic array rows', 'MACs', 128, [1, 1024], VNPU),
  row('arrayColumns', 'Systolic array columns', 'MACs', 128, [1, 1024], VNPU),
  row(
    'vectorLanes',
    'Vector lanes',
    'elements/cycle',
    2048,
    [1, 65_536],
    "npu-sim core_6x6.json (the vNPU authors' later simulator)",
  ),
  row('scratchpadBytes', 'Scratchpad', 'bytes', 30 * MiB, [16_384, 1024 * MiB], VNPU),
  row(
    'memoryBytesPerCycle',
    'Bandwidth of one memory interface',
    'bytes/cycle',
    60,
    [1, 65_536],
    '360 GB/s at 500 MHz over 12 interfaces',
    ASSUMED,
  ),
  row('memoryLatencyCycles', 'Memory latency', 'cycles', 30, [1, 10_000], 'npu-sim HBM device latency'),
  row(
    'memoryMiB',
    'Memory',
    'MiB',
    1024 * 1024,
    [16, 2 ** 28],
    'no source gives it; large enough not to matter',
    ASSUMED,
  ),
  row('interleaveBytes', 'Channel interleave', 'bytes', 512, [64, 65_536], 'chosen as one burst', ASSUMED),
  row('flitBytes', 'Flit', 'bytes', 128, [1, 1024], 'no source gives the link width', ASSUMED),
  row('virtualChannels', 'Virtual channels', 'per port', 2, [1, 6], 'BookSim2 canonical configuration', ASSUMED),
  row(
    'bufferDepth',
    'Buffer depth',
    'flits per virtual channel',
    8,
    [1, 64],
    'BookSim2 canonical configuration',
    ASSUMED,
  ),
  row('maxPacketFlits', 'Longest packet', 'flits', 16, [1, 256], 'chosen', ASSUMED),
  row(
    'engineQueue',
    'Queue of one engine',
    'instructions',
    4,
    [1, 16],
    'decoupled queues as in Gemmini and VTA',
    ASSUMED,
  ),
  row('channelSlots', 'Landing slots of a pair of cores', 'messages', 2, [1, 16], 'double buffering', ASSUMED),
  row('messageBytes', 'Longest message', 'bytes', 16_384, [64, 1 * MiB], 'chosen', ASSUMED),
  row('barrierCycles', 'Barrier', 'cycles', 1, [1, 1000], 'chosen', ASSUMED),
  row('burstBytes', 'DMA burst', 'bytes', 512, [16, 4096], 'not found in any source', ASSUMED),
  row(
    'outstandingBursts',
    'Bursts in flight per DMA engine',
    'bursts',
    16,
    [1, 32],
    'not found in any source',
    ASSUMED,
  ),
  row('dmaStreams', 'Transfers served in rotation', 'streams', 1, [1, 16], 'not found in any source', ASSUMED),
  row(
    'walkCycles',
    'Page walk',
    'cycles',
    120,
    [0, 10_000],
    'four levels at the memory latency; another public simulator uses 400',
    ASSUMED,
  ),
  row('walkers', 'Page walkers per core', 'walkers', 1, [1, 8], 'chosen', ASSUMED),
  row('rttReadCycles', 'Read of a range table entry', 'cycles', 2, [0, 1000], 'scratchpad read', ASSUMED),
  row(
    'windowCycles',
    'Window of access counters',
    'cycles',
    10_000,
    [1, 1_000_000_000],
    'not found in any source',
    ASSUMED,
  ),
  row('busCycles', 'Instruction bus', 'cycles per instruction', 4, [1, 1000], 'not found in any source', ASSUMED),
  row('instructionBytes', 'Instruction', 'bytes', 32, [1, 1024], 'chosen', ASSUMED),
  row(
    'vrouterCycles',
    'Look-up of a virtual core',
    'cycles',
    1,
    [0, 100],
    'one scratchpad read, a stage ahead of the engine',
    ASSUMED,
  ),
  row(
    'tableCycles',
    'Write of a table entry into a core',
    'cycles',
    5,
    [0, 1000],
    'about 300 cycles for the routing tables of 8 cores, as reported by reviews: 8 entries in each of 8 cores',
    ASSUMED,
  ),
  row('reservedBytes', 'Reserved zone of the scratchpad', 'bytes', 4096, [64, 1 * MiB], 'chosen', ASSUMED),
  row('pollCycles', 'Poll of a flag in memory', 'cycles between two', 100, [1, 1_000_000], 'chosen', ASSUMED),
  row(
    'watchdogCycles',
    'Livelock watchdog',
    'cycles without progress',
    1_000_000,
    [1000, 1_000_000_000],
    'chosen',
    ASSUMED,
  ),
  row(
    'sliceCycles',
    'Time slice of a virtual core on a shared tile',
    'cycles',
    10_000,
    [1, 1_000_000_000],
    'chosen; only where tenants in mode mig share tiles',
    ASSUMED,
  ),
  row(
    'switchCycles',
    'Switch of a tile to another virtual core',
    'cycles',
    1000,
    [0, 1_000_000],
    'chosen; weights that must be loaded again come on top',
    ASSUMED,
  ),
  row('instructionQueue', 'Instruction queue of a core', 'instructions', 4, [1, 16], 'chosen', ASSUMED),
  row('controllerTile', 'Controller beside tile', 'tile', 0, [0, 4095], 'chosen', ASSUMED),
] as const satisfies readonly Parameter[];

export type ChipParameterKey = (typeof CHIP_PARAMETERS)[number]['key'];

/** Look-up of one row; the key is checked at compile time. */
export function parameter(key: ChipParameterKey): Parameter {
  return CHIP_PARAMETERS.find((row) => row.key === key)!;
}
