/**
 * Every text of the page, in one place: language is data. Sentences are functions of numbers; none of them holds markup. How
 * numbers are written stands in numbers.ts.
 */
import type { Lesson } from '../experiment/lesson.ts';
import type { Cause, CauseGroup } from '../model/causes.ts';
import { ONNX_PREFIX, ZOO, type ModelName } from '../model/models.ts';
import { ENGINE_VERSION } from '../model/version.ts';
import type { EdgeWeights, Mapping, Mode, Routing, Topology, TranslationKind } from '../model/vnpu.ts';
import type { Pattern } from '../model/traffic.ts';
import type { Deadlock, PacketDetail, PacketStage } from '../engine/snapshot.ts';
import type { StageFigures } from '../model/plan.ts';
import type { Basis, Headline, Outlook } from '../report/blame.ts';
import { timesBare, type ModeRow } from '../report/comparison.ts';
import type { OperatorView } from '../report/model-view.ts';
import type { TrafficFigures } from '../report/traffic.ts';
import type { MovePreview } from '../hypervisor/move.ts';
import { detourHops, edgeChanges, type PlacementCost } from '../hypervisor/topology.ts';
import type { AlternativeKind } from '../hypervisor/alternatives.ts';
import type { Move } from '../hypervisor/defragment.ts';
import type { DragEvent } from './drag.ts';
import type { MemoryChange, MemoryPart } from './memory-map.ts';
import { brief, bytes, count, hex, percent, plural, ratio } from './numbers.ts';

export const APP = {
  name: 'vNPU Playground',
  undo: 'Undo',
  redo: 'Redo',
  share: 'Share',
  themeDark: 'Dark theme',
  themeLight: 'Light theme',
  more: 'More',
  gallery: 'Lessons and experiments',
  lessons: 'Lessons',
  experiments: 'Experiments',
  close: 'Close',
  back: 'Back to the tenants',
  details: 'Details',
  lessDetails: 'Fewer details',
  noTitle: 'Untitled experiment',
  headlineRegion: 'What this run shows',
  sideRegion: 'Tenants and details',
  loading: 'Placing the tenants …',
  loadFailed: 'This view could not be loaded. Check the connection and try again.',
};

export const GROUP_NAME: Record<CauseGroup, string> = {
  work: 'work',
  translation: 'address translation',
  memory: 'memory',
  network: 'waiting for messages',
  dispatch: 'dispatch',
  idle: 'idle',
};

export const GROUP_MEANING: Record<CauseGroup, string> = {
  work: 'the arrays or the vector unit compute',
  translation: 'waiting until an address is translated',
  memory: 'waiting for data from memory',
  network: 'waiting for a message of another core, or sending one',
  dispatch: 'waiting for an instruction, a barrier, or a tile that switches to another virtual core',
  idle: 'before the first and after the last instruction',
};

export const CAUSE_NAME: Record<Cause, string> = {
  compute: 'array at work',
  vector: 'vector unit at work',
  translation: 'address translation',
  throttle: 'bandwidth budget',
  memory: 'memory',
  send: 'sending',
  sendBlocked: 'send blocked',
  recvWait: 'waiting for a message',
  dispatch: 'waiting for an instruction',
  barrier: 'barrier',
  switch: 'switching',
  idle: 'idle',
};

export const TRANSLATION_NAME: Record<TranslationKind, string> = { physical: 'none', page: 'pages', vchunk: 'vChunk' };
export const MODE_NAME: Record<Mode, string> = {
  vnpu: 'vNPU',
  bare: 'Bare metal',
  uvm: 'Shared memory',
  mig: 'Partition',
  zigzag: 'Zig-zag vNPU',
};

export const MODE_MEANING: Record<Mode, string> = {
  vnpu: 'virtual cores, looked up in tables',
  bare: 'tiles and physical addresses, no look-ups',
  uvm: 'messages through memory under page translation (UVM)',
  mig: 'a fixed part of the chip, cores take turns where it is too small (MIG)',
  zigzag: 'virtual cores on free tiles in snake order, whatever their shape',
};

export const COMPARISON = {
  open: 'Compare the modes of',
  openMeaning: 'Compare modes: the same work on a vNPU, bare metal, shared memory, a fixed partition',
  title: 'Every mode, same work',
  clock: 'one clock',
  alone: 'Alone on the chip',
  mode: 'Mode',
  perIteration: 'cycles per iteration',
  latency: 'first latency',
  latencyMeaning: 'Cycles of the first iteration, from its first instruction to its last',
  times: 'of bare',
  timesMeaning: 'Cycles per iteration, as a multiple of those on bare metal',
  steady: 'Measured while every pipeline is full: without the beginning and the end of the runs.',
  wholeRun:
    'These runs are too short to leave their end out, where cores that share tiles go faster: a partition looks better than it is. More iterations would tell.',
  running: (done: number, all: number): string => `Running: ${done} of ${all} modes are done.`,
  progress: (done: number, all: number): string => `${count(done)} of ${count(all)} iterations`,
  refused: 'does not fit',
  stopped: 'stopped',
  cancel: 'Stop',
  again: 'Run again',
  switches: (tiles: number, switches: number): string =>
    `${plural(tiles, 'tile', 'tiles')}, switched ${plural(switches, 'time', 'times')} between virtual cores`,
  factor: (times: number): string => `${times.toFixed(2)} ×`,
  /** What the rows say in one sentence or two; null while bare metal or the vNPU is not known. */
  summary: (name: string, rows: readonly ModeRow[]): string | null => {
    const times = (mode: Mode): number | null => {
      const row = rows.find((other) => other.mode === mode);
      return row ? timesBare(row, rows) : null;
    };
    const cost = times('vnpu');
    if (cost === null) return null;
    const others = Object.entries(OTHER_MODES).flatMap(([mode, words]) => {
      const factor = times(mode as Mode);
      return factor === null ? [] : [`${words} ${factor.toFixed(2)}`];
    });
    const extra = `${Math.abs((cost - 1) * 100).toFixed(2)} % ${cost < 1 ? 'fewer' : 'more'}`;
    const rest = others.length > 0 ? ` Times as many: ${others.join(', ')}.` : '';
    return `As a vNPU ${name} takes ${extra} cycles than on bare metal.${rest}`;
  },
};

/** How a sentence names what a vNPU is compared with. */
const OTHER_MODES = { uvm: 'shared memory', mig: 'a partition', zigzag: 'a zig-zag vNPU' } as const;

export const modelName = (model: string): string =>
  Object.hasOwn(ZOO, model) ? ZOO[model as ModelName].title : model.replace(ONNX_PREFIX, '');

/** A tenant in a sentence: its letter, and its name where that says more. */
export const who = (letter: string, name: string): string => (letter === name ? letter : `${letter} (${name})`);

/** Ratios from the work done so far still move; those from whole iterations hold. */
const soFar = (basis: Basis): string => (basis === 'progress' ? ' so far' : '');

/** A smaller share of the time is not worth words in the headline. */
const WORTH_SAYING = 0.05;

/** What the headline says, from facts; `names` are tenants as `who` writes them; `over`: the run is, no figure will change. */
export function headline(facts: Headline, names: readonly string[], over = false): string {
  switch (facts.kind) {
    case 'starting':
      return names.length === 0
        ? 'The chip is empty. Add a tenant to see where its time goes.'
        : `${names.length === 1 ? 'One tenant has' : `${count(names.length)} tenants share`} one chip. Measuring …`;
    case 'deadlock':
      return `Deadlock: ${facts.tenants.map((i) => names[i]).join(' and ')} will wait for ever.`;
    case 'fault':
      return `${names[facts.tenant]} stopped: it used an address that it does not own.`;
    case 'twins':
      return `Same network, same cores. ${names[facts.slow]} takes ${ratio(facts.ratio)} times as long${over ? '' : soFar(facts.basis)}${reason(facts, names)}.`;
    case 'even':
      return (
        `${names[facts.first]} and ${names[facts.second]} are equally fast. ` +
        `What costs them most is ${GROUP_NAME[facts.outlook.cause]}: ${percent(facts.outlook.share)} of the time.`
      );
    case 'single':
      return `${names[facts.tenant]} works ${percent(facts.workShare)} of its time; ${loss(facts)}.`;
    case 'several':
      return several(facts, names);
  }
}

/** Why a twin is slower, unless no counter tells: then both lose as much, and work differs. */
function reason(facts: Extract<Headline, { kind: 'twins' }>, names: readonly string[]): string {
  const { fast, cause, slowShare, fastShare, waitShare } = facts;
  if (slowShare <= fastShare) return '';
  const loss = `${percent(slowShare)} goes to ${GROUP_NAME[cause]} (${names[fast]}: ${percent(fastShare)})`;
  return `: ${loss}${waitShare < WORTH_SAYING ? '' : `, ${percent(waitShare)} to messages it delays`}`;
}

function several(facts: Extract<Headline, { kind: 'several' }>, names: readonly string[]): string {
  const worst = facts.tenants[facts.worst];
  const others = facts.tenants.filter((_, i) => i !== facts.worst);
  const rest = others.map((tenant) => `${names[tenant.tenant]} ${percent(tenant.workShare)}`).join(', ');
  return `${names[worst.tenant]} works ${percent(worst.workShare)} of its time (${rest}); ${loss(worst)}.`;
}

/** Where most of a tenant's lost time goes. */
function loss({ cause, share, bottleneck }: Outlook): string {
  if (!bottleneck) return `${percent(share)} goes to ${GROUP_NAME[cause]}`;
  const { vcore, cause: holds, share: most } = bottleneck;
  const why = holds === 'work' ? `works ${percent(most)} of its own` : `loses ${percent(most)} to ${GROUP_NAME[holds]}`;
  return `its cores wait for core ${vcore}, which ${why}`;
}

export const HEADLINE = {
  changed: (name: string, times: number): string =>
    times >= 1.005
      ? `${name}: ${ratio(times)} times faster.`
      : times <= 0.995
        ? `${name}: ${ratio(1 / times)} times slower.`
        : `${name}: as fast as before.`,
  progress: 'By the work done so far, at equal cycles. Two whole iterations will settle it.',
  changePending: (name: string): string => `${name} runs again with the change. Comparing at equal cycles …`,
  give: (name: string): string => `Give ${name} vChunk`,
  next: (core: string): string => `or next: drag ${core} away.`,
  orNext: 'or next:',
  tryMove: (core: string): string => `Try it: drag ${core} somewhere else.`,
  paused: 'Ready, and standing still. Press play to see where the time goes.',
  done: (cycles: number, digest: string): string => `Done after ${count(cycles)} cycles, digest ${digest}.`,
  again: 'Run again',
  crashed: 'The simulator crashed and was restarted with the same experiment.',
  crashedTwice: 'The simulator keeps crashing. Another experiment may run.',
  refused: 'That cannot be run; the last good experiment stays.',
  dismiss: 'Dismiss',
  reproduced: (cycle: number, digest: string): string =>
    `Reproduced: digest ${digest} at cycle ${count(cycle)}, as shared.`,
  differs: (there: string, here: string): string => `Differs from what was shared: engine ${there}, now ${here}.`,
  checking: (cycle: number): string => `Checking the shared result at cycle ${count(cycle)} …`,
  entriesMatter: (streams: number): string =>
    `${plural(streams, 'DMA stream', 'DMA streams')} interleave: with fewer entries than streams they throw each other’s pages out.`,
  equalEntries: (streams: number): string =>
    `With ${plural(streams, 'DMA stream', 'DMA streams')} 4 and 32 entries miss equally often: entries matter once more than 4 streams interleave.`,
};

export const LESSON = {
  title: 'Your guess first.',
  right: 'Right.',
  wrong: 'Not quite.',
  then: (label: string): string => `Then press “${label}”.`,
  measuring: 'Running it to the end …',
  tooShort: 'These runs were too short to decide.',
  isRight: 'right',
  isGuess: 'your guess',
  next: 'Next:',
  /** What was measured, put into the lesson's sentence. */
  told: ({ told }: Pick<Lesson, 'told'>, numbers: Readonly<Record<string, string>>): string =>
    told.replace(/\{(\w+)\}/g, (whole, name: string) => numbers[name] ?? whole),
};

export const CARD = {
  region: (name: string): string => `Tenant ${name}`,
  translation: 'Address translation',
  entries: 'entries',
  entriesMeaning: (streams: number): string =>
    streams > 4 ? HEADLINE.entriesMatter(streams) : HEADLINE.equalEntries(streams),
  iterations: (done: number, all: number): string => `${count(done)} of ${count(all)} iterations`,
  perIteration: 'cycles per iteration',
  awaited: (cycle: number): string => `Arrives in cycle ${count(cycle)}.`,
  first: 'So far, while the pipeline fills.',
  measuring: 'So far; two iterations settle it.',
  before: 'before',
  ideal: 'if nobody translates',
  idealShared: 'if nobody translates: others would load more',
  idealMeaning:
    'The same experiment while no tenant translates. The others are faster then too, and take more of memory and links.',
  share: (group: CauseGroup, share: number): string => `${GROUP_NAME[group]} ${percent(share)}`,
  shareOfIteration: (group: CauseGroup, share: number, whole: number): string =>
    `${GROUP_NAME[group]} ${percent(share)} of an iteration, ${percent(whole)} since cycle 0`,
  missHere: (share: string): string => `${share}. Press to see one.`,
  showMissOf: (name: string): string => `Show one translation miss of ${name}`,
  foreign: (flits: number): string => `${count(flits)} of its data flits on links of other tenants’ tiles.`,
  capped: (bytes: number, cycles: number): string =>
    `Capped: its access counter allows ${count(bytes)} bytes in every ${count(cycles)} cycles.`,
  confined: 'Confined: none of its data flits on other tenants’ tiles.',
  edit: 'Edit',
  contradicts: (mode: Mode): string => `${MODE_NAME[mode]} cannot do this`,
  add: 'Add a tenant',
  barLabel: (name: string, parts: readonly string[]): string => `Where the time of ${name} goes: ${parts.join(', ')}`,
};

export const KEY = {
  region: 'What colours and lines mean',
  causes: 'Where the time goes',
  basis: 'Bars: iterations since the pipelines filled. Tiles: the last half second.',
  links: 'Links',
  flits: 'flits per cycle',
  blocked: 'blocked',
};

export const TRANSPORT = {
  region: 'Transport',
  restart: 'Run again from cycle 0',
  play: 'Play',
  pause: 'Pause',
  step: 'One cycle forward',
  pace: 'Pace',
  paceLabel: (pace: number): string =>
    pace === Infinity ? 'flat out' : pace <= 60 ? '1 cycle per frame' : `${brief(pace)} cycles/s`,
  hurried: 'catching up',
  cycle: 'cycle',
  live: 'Move live',
  liveMeaning: 'A core that is dropped moves in the cycle that the run is in, instead of lying there from the start',
};

export const TIMELINE = {
  region: 'Timeline',
  open: (name: string): string => `Show the cores of ${name}`,
  shut: (name: string): string => `Hide the cores of ${name}`,
  first: (cycle: string): string => `cycle ${cycle}`,
  zoom: 'Cycles shown',
  zoomMeaning: 'All cycles of the run, or the last ones, each by itself',
  window: (cycles: number): string => (cycles === 0 ? 'all' : count(cycles)),
  at: (cycle: number, group: string, share: number): string => `cycle ${count(cycle)}: ${group} ${percent(share)}`,
  move: (name: string, cycle: number, size?: Topology): string =>
    `${name} ${size ? `changes to ${size.width} × ${size.height}` : 'moves'} in cycle ${count(cycle)}`,
};

export const MESH = {
  region: 'Chip',
  grid: (width: number, height: number): string =>
    `Chip of ${width} by ${height} tiles. Arrow keys move, Enter selects, Space lifts and drops, M switches between core and virtual NPU.`,
  memory: 'mem',
  tile: (tile: number, what: string): string => `Tile ${tile}: ${what}`,
  core: (id: string, name: string, stage: string): string => `${id} of ${name}${stage ? `, ${stage}` : ''}`,
  inTurns: (ids: readonly string[]): string => (ids.length > 1 ? `${ids.join(' and ')} in turns` : ids[0]),
  free: 'free',
  memoryTile: 'memory interface',
  disabled: 'disabled',
  terminal: 'router',
  part: (group: CauseGroup, share: number): string =>
    group === 'translation' ? CARD.missHere(CARD.share(group, share)) : CARD.share(group, share),
  fixed: (mode: Mode): string => `the mode ${MODE_NAME[mode]} chooses the tiles`,
  grabWhole: (name: string): string => `all of ${name}`,
  modeCore: 'Space now lifts one core.',
  modeAll: 'Space now lifts the whole virtual NPU.',
  translation: (name: string, kind: TranslationKind): string => `${name}: translation ${TRANSLATION_NAME[kind]}`,
};

const hopsDifference = ({ before, after }: MovePreview): string => {
  const more = after.hops - before.hops;
  if (more === 0) return 'as many hops';
  return more > 0 ? `${plural(more, 'hop', 'hops')} more` : `${plural(-more, 'hop', 'hops')} fewer`;
};

/** "edit distance 0 to 3: 2 edges lost, 1 extra". */
function editDifference({ before, after }: MovePreview): string {
  const { lost, regained, extra } = edgeChanges(before, after);
  const changes = [
    lost > 0 && `${plural(lost, 'edge', 'edges')} lost`,
    regained > 0 && `${plural(regained, 'edge', 'edges')} regained`,
    extra !== 0 && (extra > 0 ? `${extra} extra` : `${-extra} extra gone`),
    after.pieces > before.pieces && `torn into ${after.pieces} pieces`,
  ].filter(Boolean);
  if (changes.length === 0) return `edit distance ${after.editDistance} as before`;
  return `edit distance ${before.editDistance} to ${after.editDistance}: ${changes.join(', ')}`;
}

/** How the tile under what is held is taken. */
function manner(preview: MovePreview): 'free' | 'swap' | `fitted in at tile ${number}` {
  if (preview.ok && preview.snappedTo !== undefined) return `fitted in at tile ${preview.snappedTo}`;
  return preview.ok && preview.swappedWith !== undefined ? 'swap' : 'free';
}

/**
 * What would happen on a drop, line by line, beside the held core: "tile 12: 2 hops more", the edit distance, and when.
 * @param cycle from which it counts; null: from the start
 */
export function previewText(over: number, preview: MovePreview | null, cycle: number | null = null): string[] {
  if (!preview) return [`tile ${over}, where it was`];
  if (!preview.ok) return [preview.reason];
  const how = manner(preview);
  const lines = [
    `tile ${over}: ${how === 'free' ? '' : `${how}, `}${hopsDifference(preview)}`,
    editDifference(preview),
  ];
  return cycle === null ? lines : [...lines, `from cycle ${count(cycle)} on`];
}

/** The live region's sentence for a drag event; `what` is "A4" or "all of A", `cycle` as in previewText. */
export function dragSentence(event: DragEvent, what: string, cycle: number | null = null): string {
  switch (event.kind) {
    case 'lifted':
      return `${what} lifted from tile ${event.grip.tile}. Arrow keys carry it, N fits the whole virtual NPU in nearby (again: the next best), Space drops, Escape returns.`;
    case 'cancelled':
      return `${what} is back on tile ${event.grip.tile}. Nothing changed.`;
    case 'over':
      if (!event.preview) return `${what} over tile ${event.over}, where it was`;
      if (!event.preview.ok) return `${what} over tile ${event.over}, refused: ${event.preview.reason}`;
      return `${what} over tile ${event.over}, ${manner(event.preview)}, ${hopsDifference(event.preview)}, ${editDifference(event.preview)}`;
    case 'dropped':
      return `${what} dropped on tile ${(event.preview?.ok ? event.preview.snappedTo : undefined) ?? event.over}${cycle === null ? '. The run starts again with it.' : `, from cycle ${count(cycle)} on.`}`;
    case 'refused':
      return `${what} cannot go to tile ${event.over}: ${event.preview && !event.preview.ok ? event.preview.reason : ''}`;
  }
}

export const PLACEMENT = {
  title: (name: string): string => `Placement of ${name}`,
  open: (name: string): string => `Placement of ${name}: alternatives, weights, policy`,
  cost: ({ editDistance, stretched, pieces }: PlacementCost): string => {
    const edges = plural(stretched.length, 'edge', 'edges');
    const long =
      stretched.length === 0 ? '' : `, ${edges} stretched by ${plural(detourHops(stretched), 'hop', 'hops')}`;
    return `edit distance ${editDistance}${long}${pieces > 1 ? `, torn into ${pieces} pieces` : ''}`;
  },
  now: 'Now',
  alternatives: 'Alternatives',
  near: 'Alternatives near the hand',
  searching: 'searching …',
  none: 'No connected set of free cores is large enough.',
  keys: 'N and Shift N step through them.',
  kinds: {
    near: 'Cheapest, nearest',
    here: 'This core here, the others around it',
    few: 'This core here, few others move',
    elsewhere: 'On other tiles',
  } satisfies Record<AlternativeKind, string>,
  proven: 'proven best',
  moved: (cores: number): string => (cores === 0 ? 'as it lies now' : `${plural(cores, 'core moves', 'cores move')}`),
  place: 'Place it here',
  weights: 'What parting an edge costs',
  weightNames: {
    equal: '1, whatever flows',
    traffic: 'its bytes, per hop',
    bottleneck: 'what messages and loads take over busy links',
  } satisfies Record<EdgeWeights, string>,
  cycles: (now: number, before: number | null): string =>
    `${count(now)} cycles per iteration${before === null ? '' : `, before ${count(before)}`}`,
  policy: 'Mapping policy',
  byHand: 'by hand',
  policies: {
    exact: 'exact: the requested mesh',
    similar: 'similar: least edit distance',
    rowMajor: 'row by row',
    snake: 'snake (zig-zag)',
    firstFit: 'first fit',
    bestFit: 'best fit by contact',
    shapesFirstFit: 'all factor shapes, first fit',
    shapesBestFit: 'all factor shapes, best fit',
    folds: 'folded and L shapes',
    nucleus: 'any shape, or grown from a nucleus',
    disconnected: 'torn apart if it must be',
  } satisfies Record<Mapping, string>,
  chip: 'Free cores of the chip',
  free: (cores: number, rectangle: { width: number; height: number }): string =>
    cores === 0
      ? 'No core is free.'
      : `${plural(cores, 'core', 'cores')} free; the largest rectangle is ${rectangle.width}\u00a0×\u00a0${rectangle.height}.`,
  gather: 'Propose moves that gather them',
  noMoves: 'No move would enlarge the largest free rectangle.',
  /** @param other who must move at the same time */
  move: (name: string, other: string | undefined, { movedCores, freeBefore, freeAfter }: Move, size: number): string =>
    `${name}${other === undefined ? '' : ` together with ${other}`}: ${plural(movedCores, 'core moves', 'cores move')} (${bytes(size)} of scratchpad); the rectangle grows from ${freeBefore} to ${freeAfter} cores`,
  editDistance: ({ editDistanceBefore, editDistanceAfter }: Move): string =>
    editDistanceBefore === editDistanceAfter
      ? `edit distance ${editDistanceAfter} as before`
      : `edit distance ${editDistanceBefore} to ${editDistanceAfter}`,
  together: 'Place all tenants together, none by hand: the order of least total cost',
  makeMoves: (moves: number): string => (moves === 1 ? 'Make this move' : `Make these ${moves} moves`),
};

export const SHARE = {
  explanation: 'The link holds the whole experiment. Nothing is stored anywhere else.',
  link: 'Link to this experiment',
  characters: (length: number): string => `${count(length)} characters.`,
  tooLong: 'That is more than some programs accept: export a file instead.',
  withResult: (cycle: number): string =>
    `With the result at cycle ${count(cycle)}, so that whoever opens it can check it`,
  copy: 'Copy link',
  copied: 'Copied',
};

export const EDITOR = {
  add: 'Add a tenant',
  edit: (name: string): string => `Tenant ${name}`,
  name: 'Name',
  namePlaceholder: 'the next free letter',
  width: 'Width in cores',
  height: 'Height in cores',
  model: 'Network',
  families: { images: 'Images', language: 'Language', recommendation: 'Recommendation', shapes: 'Drawings and shapes' },
  certainty: {
    published: 'Published shapes',
    derived: 'Partly derived shapes',
    'stand-in': 'A stand-in',
  },
  onnx: 'or an ONNX file, chosen or dropped anywhere',
  reading: (file: string): string => `Reading ${file} ...`,
  size: (name: string): string => `Size of ${name}`,
  open: (inputs: readonly string[]): string => `How large? ${inputs.join('; ')}`,
  iterations: 'Iterations',
  mode: 'How it gets its cores',
  tokens: 'Tokens (transformers)',
  phase: 'Phase',
  phases: { prefill: 'prefill: all tokens', decode: 'decode: one more' },
  blocks: 'Blocks (0: all)',
  batch: 'Sequences at once',
  weights: 'Weights',
  weightsAuto: 'stay in the scratchpad where they fit',
  weightsStream: 'are loaded again every iteration',
  translation: 'Address translation',
  entries: 'Entries',
  routing: 'Routes of messages',
  routings: { dor: 'x first, whoever owns the tiles', confined: 'confined to its own tiles' } satisfies Record<
    Routing,
    string
  >,
  remove: 'Remove this tenant',
  cancel: 'Cancel',
  save: 'Save and run',
  addButton: 'Add and run',
};

/** "A4", or "A4, A5 and A6". */
const coresText = (letter: string, vcores: readonly number[]): string => {
  const ids = vcores.map((vcore) => `${letter}${vcore}`);
  return ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} and ${ids[ids.length - 1]}`;
};

export const NETWORK = {
  open: (name: string): string => `Show the network of ${name}`,
  openTitle: 'Network and stages',
  region: (name: string): string => `Network of ${name}`,
  totals: (macs: number, parameters: number): string => `${brief(macs)} MACs, ${brief(parameters)} parameters`,
  assumed: (assumption: string): string => `Assumed for ${assumption}.`,
  chart: 'What is shown above the operators',
  charts: { stages: 'Stages', roofline: 'Roofline' },
  balance: (stages: number, slowest: string, times: number): string =>
    `${plural(stages, 'stage', 'stages')}; the slowest, ${slowest}, takes ${ratio(times)} times the mean.`,
  legend: 'Lower part: array at work.',
  balanceAgain: 'Balance automatically',
  stageTitle: (stage: number, label: string, cycles: number): string =>
    `Stage ${stage}, ${label}: ${count(cycles)} cycles`,
  rooflineRegion: 'Roofline of one core',
  roofline: (bound: number, all: number, share: number): string =>
    `Memory bounds ${count(bound)} of ${plural(all, 'operator', 'operators')}, ${percent(share)} of the MACs.`,
  intensity: 'MACs per byte',
  rate: 'Upwards: MACs per cycle of one core.',
  list: (operators: number): string =>
    `${plural(operators, 'operator', 'operators')} by stage. Arrow keys move, Space lifts the boundary above a stage and drops it.`,
  /** Cores of a stage where there is little room. */
  cores: (letter: string, vcores: readonly number[]): string =>
    vcores.length > 1 ? `${letter}${vcores[0]} +${vcores.length - 1}` : `${letter}${vcores[0]}`,
  rest: 'rest of ',
  grip: 'Drag the boundary above this stage',
  stageRow: ({ label, vcores, cycles }: StageFigures, stage: number, letter: string): string =>
    `Stage ${stage}, ${label}, on ${coresText(letter, vcores)}, ${count(cycles)} cycles`,
  operatorRow: ({ name, type, macs }: OperatorView): string => `${name}, ${type}, ${brief(macs)} MACs`,
  operatorFacts: (operator: OperatorView, letter: string, vcores: readonly number[]): string[] => {
    const { name, type, outShape, macs, vectorOperations, parameterBytes, activationBytes, cacheBytes } = operator;
    const work = [
      ...(macs > 0 ? [`${brief(macs)} MACs`] : []),
      ...(vectorOperations > 0 ? [`${brief(vectorOperations)} vector operations`] : []),
      `${bytes(activationBytes)} of output`,
      ...(parameterBytes > 0 ? [`${bytes(parameterBytes)} of parameters`] : []),
      ...(cacheBytes > 0 ? [`${bytes(cacheBytes)} of cache`] : []),
    ];
    return [`${name}: ${type}, ${outShape.join(' × ')}`, `${work.join(', ')}; on ${coresText(letter, vcores)}.`];
  },
  stageFacts: (stage: StageFigures, number: number, letter: string): string[] => {
    const { label, vcores, split, cycles, matmul, vector, transfer, load } = stage;
    const how = split === 'whole' ? '' : `, shared by ${split}`;
    return [
      `Stage ${number}, ${label}, on ${coresText(letter, vcores)}${how}`,
      `${count(cycles)} cycles, as estimated: array ${brief(matmul)}, vector unit ${brief(vector)}, messages ${brief(transfer)}, memory ${brief(load)}.`,
    ];
  },
  howTo: 'Point at an operator to see its cores, or at a core to see its operators. Drag a grip to move a boundary.',
  lifted: (stage: number): string =>
    `Boundary above stage ${stage} lifted. Arrow keys carry it, Space drops, Escape puts it back.`,
  over: (name: string, above: number, below: number): string =>
    `before ${name}: about ${count(above)} cycles above, ${count(below)} below`,
  boundary: (above: number, name: string): string => `Stage ${above + 1} would begin with ${name}`,
  estimate: (above: number, below: number): string =>
    `About ${count(above)} cycles above the boundary, ${count(below)} below.`,
  cancelled: 'The boundary is back where it was.',
  dropped: (name: string): string => `The stage now begins with ${name}. The run starts again.`,
};

export const MENU = {
  title: 'More',
  pages: { json: 'JSON', chip: 'Chip', keys: 'Keys', about: 'About' },
  import: 'Open a file',
  export: 'Save to a file',
  apply: 'Run this',
  preset: 'Preset',
  parameter: 'Parameter',
  value: 'Value',
  source: 'Where the number comes from',
  assumedMark: '(a)',
  assumed: 'assumed: no public source gives this number',
  assumedMeaning: '(a) marks an assumption: no public source gives the number. Try how much a conclusion leans on it.',
  keys: [
    ['Arrows', 'move over the chip'],
    ['Enter', 'select the core under the focus'],
    ['Space', 'lift what is under the focus, and drop it'],
    ['M', 'lift one core, or the whole virtual NPU'],
    ['N, Shift N', 'while something is held: the next of the best placements near the hand, or the one before'],
    ['1 2 3 4', 'translation: none, pages with 4 or 32 entries, vChunk'],
    ['Esc', 'put back, or return to the tenants'],
    ['Ctrl Z, Ctrl Shift Z', 'undo, redo'],
    ['P', 'projector: larger text, picture only'],
  ] as const,
  about: [
    'A cycle-level simulator of virtualized NPUs: every core, link, DMA engine and translation on this page is simulated, cycle by cycle, in your browser. Nothing is sent anywhere.',
    'Tenants get virtual NPUs: cores in a mesh, routed and translated as in the vNPU paper (ISCA 2025). Move them, change how their addresses are translated, and see what it costs.',
  ],
  version: `Engine ${ENGINE_VERSION}. MIT licence.`,
};

export const PLANE_NAME: Record<string, string> = {
  data: 'data',
  request: 'memory requests',
  response: 'memory replies',
  instruction: 'instructions',
};

export const LINK = {
  title: (from: number, to: number): string => `Link from tile ${from} to ${to}`,
  explanation: 'Flits since cycle 0, by network and tenant',
  plane: 'Network',
  flits: 'flits',
  blocked: 'blocked cycles',
  sum: (rate: number, blocked: number): string =>
    `${rate.toFixed(2)} flits per cycle over the whole run; blocked in ${percent(blocked)} of the cycles.`,
  foreign: (name: string, flits: number, owner: string): string =>
    `${count(flits)} data flits of ${name} are foreign here: the tile is ${owner}’s.`,
  blockedMeaning: 'Blocked: a flit was ready, but another had the link or the next router had no room for it.',
  shared: 'Flits of several tenants can be blocked in one cycle, so theirs may add up to more.',
};

/** Packets that will never arrive, in a sentence. */
export function deadlockHeadline({ cycle, circle, isTotal }: Deadlock): string {
  const links = [...circle.map(({ from }) => from), ...circle.slice(0, 1).map(({ from }) => from)].join(' > ');
  const rest = isTotal ? `Nothing moves since cycle ${count(cycle)}.` : 'What does not need them still moves.';
  return circle.length === 0
    ? `Deadlock: nothing moves since cycle ${count(cycle)}, and nothing ever will.`
    : `Deadlock: ${circle.length} channels wait for each other around ${links}, for ever. ${rest}`;
}

export const ROUTES = {
  title: 'Routes made by hand',
  others: 'All other packets go x first.',
  watched: 'This set could deadlock, and is run to see it.',
  way: (tiles: readonly number[]): string => tiles.join(' > '),
  channels: (channels: readonly number[]): string =>
    `${plural(channels.length, 'channel', 'channels')} ${channels.join(', ')} only`,
  remove: (tiles: readonly number[]): string => `Remove the route ${tiles.join(' > ')}`,
};

const PORT_NAME = ['the east', 'the west', 'the south', 'the north', 'the node'];

/** What the head of a packet does now, in a sentence. */
function packetDoes({ stage, hops, ahead, isFull, cycle, arrived }: PacketDetail): string {
  const hop = hops.at(-1);
  const out = PORT_NAME[hop?.out ?? -1] ?? '';
  const where = hop ? `Router ${hop.tile}` : '';
  switch (stage) {
    case 'source':
      return 'Its head is at the source: it leaves as soon as a channel into the router has room.';
    case 'buffer':
      return `${where}: stands in its buffer behind ${plural(ahead, 'flit', 'flits')}.`;
    case 'va':
      return hop?.granted === cycle
        ? `${where}: has been given a channel to ${out}.`
        : `${where}: asks for a channel of its output, and has none yet.`;
    case 'sa':
      return isFull
        ? `${where}: has a channel to ${out}, but no room behind it.`
        : `${where}: competes for the switch to ${out}.`;
    case 'crossbar':
      return 'Crosses the switch.';
    case 'link':
      return 'Is on the link.';
    case 'eject':
      return `${where}: its head is out; the tail follows flit by flit.`;
    case 'arrived':
      return `Its tail arrived in cycle ${count(arrived ?? 0)}.`;
  }
}

export const PACKET = {
  title: (source: number, target: number): string => `Packet from ${source} to ${target}`,
  searching: (tile: number): string => `Waiting for a packet of tile ${tile} …`,
  none: (tile: number): string => `Tile ${tile} sends none any more.`,
  size: (flits: number, injected: number | null): string =>
    `${plural(flits, 'flit', 'flits')}${injected === null ? '' : `, sent in cycle ${count(injected)}`}`,
  stages: {
    source: 'Source',
    buffer: 'Buffer',
    va: 'VA',
    sa: 'SA',
    crossbar: 'Crossbar',
    link: 'Link',
    eject: 'Out',
    arrived: 'Arrived',
  } satisfies Record<PacketStage, string>,
  meaning: {
    source: 'in the queue of its source',
    buffer: 'behind others in its buffer',
    va: 'virtual-channel allocation: gets a channel of its output',
    sa: 'switch allocation: wins the way through the router',
    crossbar: 'through the switch',
    link: 'to the next router',
    eject: 'from the router to its node',
    arrived: 'its tail is there',
  } satisfies Record<PacketStage, string>,
  does: packetDoes,
  hops: 'Cycles at each router',
  router: 'Router',
  waits: 'waiting',
  moves: 'moving',
  bar: (waited: number, all: number): string => `${plural(waited, 'cycle', 'cycles')} of ${count(all)} waiting`,
  cell: (stage: PacketStage, cycles: number): string => `${PACKET.stages[stage]}: ${plural(cycles, 'cycle', 'cycles')}`,
  latency: (cycles: number, alone: number, isOver: boolean): string =>
    `${count(cycles)} cycles${isOver ? '' : ' so far'}; with nobody in its way it would take ${count(alone)}.`,
  follow: 'Follow a packet',
  next: 'Follow its next packet',
  again: 'Follow the next one',
};

/** One sentence about synthetic traffic, from its figures. */
export function trafficHeadline(rate: number, figures: TrafficFigures | null): string {
  if (!figures || figures.packetLatency === null) return 'Warming up: the queues fill before anything is measured.';
  const accepted = figures.acceptedRate.toFixed(3);
  if (figures.saturated) {
    return `Past saturation: of ${rate.toFixed(3)} flits per node and cycle only ${accepted} arrive, and the queues grow.`;
  }
  const waits = figures.packetLatency - (figures.networkLatency ?? 0);
  return `A packet takes ${figures.packetLatency.toFixed(1)} cycles over ${figures.hops?.toFixed(1)} links, ${waits.toFixed(1)} of them before it may enter; ${accepted} flits per node and cycle arrive.`;
}

export const TRAFFIC = {
  title: 'Synthetic traffic',
  pattern: 'Pattern',
  patterns: {
    uniform: 'uniform: to any node',
    transpose: 'transpose: (x, y) to (y, x)',
    bitcomp: 'bit complement: to the opposite node',
    bitrev: 'bit reverse',
    shuffle: 'shuffle: bits rotated by one',
    tornado: 'tornado: half way round both axes',
    neighbor: 'neighbour: one right, one down',
    hotspot: 'hotspot: all to one node',
  } satisfies Record<Pattern, string>,
  rate: 'Offered load',
  rateUnit: 'flits per node and cycle',
  channels: 'Virtual channels',
  depth: 'Buffer depth',
  figures: 'Measured so far',
  latency: 'packet latency',
  network: 'of it in the network',
  accepted: 'accepted',
  hops: 'links per packet',
  packets: 'packets measured',
  longest: 'longest latency',
  unknown: '–',
  cycles: (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} cycles`),
  longestCycles: (cycles: number): string => plural(cycles, 'cycle', 'cycles'),
  curve: 'Latency against load',
  histogram: 'Packets by latency',
  compute: 'Compute the curve',
  stop: 'Stop',
  progress: (done: number, all: number): string => `${done} of ${all} loads`,
  missing: (loads: number): string => `${plural(loads, 'load', 'loads')} could not be computed. Try again.`,
  ours: 'this network',
  booksim: 'BookSim2',
  saturated: 'past saturation',
  axis: (value: number): string => `${count(value)} cycles`,
  load: (rate: number): string => `${rate.toFixed(2)} flits per node and cycle`,
  summary: (points: number, reference: number): string =>
    `Curve of latency against load: ${plural(points, 'point', 'points')}, ${plural(reference, 'point', 'points')} of BookSim2.`,
};

export const ROUTER = {
  title: (tile: number): string => `Router ${tile}`,
  explanation: 'Flits that wait in each input channel, and what for',
  inputs: ['from the east', 'from the west', 'from the south', 'from the north', 'from its node'],
  outputs: ['east', 'west', 'south', 'north', 'its node'],
  channel: (vc: number): string => `channel ${vc}`,
  depth: (flits: number, depth: number): string => `${flits} of ${depth}`,
  idle: 'empty',
  waiting: (output: string): string => `waits for a channel to ${output}`,
  active: (output: string): string => `on its way to ${output}`,
};

export const CORE = {
  region: (id: string): string => `Core ${id}`,
  where: (tile: number, iteration: number): string =>
    `tile ${tile}${iteration >= 0 ? `, iteration ${count(iteration + 1)}` : ''}`,
  causes: 'Where its cycles go',
  showMiss: 'Show me one',
  lookingForMiss: 'Looking for its next miss …',
  noMiss: (bursts: number): string =>
    `None of its last ${count(bursts)} bursts missed: what it needs stays in its TLB. Press again to look on, or try another core.`,
  program: 'Program',
  follow: 'follow',
  running: 'running',
  queued: 'queued',
  tlb: (held: number, entries: number): string => `TLB: ${held} of ${entries} pages, latest first`,
  rangeTable: (held: number, entries: number): string => `Range table; ${held} of ${entries} in the range TLB`,
  fragmented: (pieces: number, free: number, largest: number): string =>
    `Memory was fragmented: it came in ${pieces} pieces. Free then: ${bytes(free)}, at most ${bytes(largest)} of it in one piece.`,
  rangeLegend:
    '▶ RTT_CUR, the range in use. 1, 2, …: entries that the last walk read, in order. Bold: in the range TLB.',
  read: (order: number): string => `read ${order} of the last walk`,
  current: 'RTT_CUR',
  tensor: 'tensor',
  tensorName: (name: string): string => name.replace(/\.weight$/, ''),
  size: 'size',
  lastVMeaning: 'the range that followed this one last time: the walker reads it first',
};

export const TABLES = {
  open: 'Tables',
  title: (name: string): string => `Tables of ${name}`,
  backToCore: 'Back to the core',
  reserved: (held: number, all: number): string => `${count(held)} of ${count(all)} reserved bytes in each core`,
  parts: (routing: number, ranges: number, free: number): string =>
    `routing table ${count(routing)} bytes, ranges ${count(ranges)}, free ${count(free)}`,
  routing: 'Routing table: virtual core to tile',
  none: 'Its programs name tiles: it has no routing table.',
  standard: 'Standard',
  compact: 'Compact',
  bits: (bits: number): string => `${count(bits)} bits`,
  entries: (entries: number, each: number): string => `${plural(entries, 'entry', 'entries')} of ${each} bits`,
  direction: (bits: number): string => `${bits} of them a direction`,
  held: 'in use',
  noCompact: 'not possible: its cores do not fill a rectangle row by row',
  noCompactRoutes: 'not possible: routes up and down a tree need a direction beside each core',
  rectangle: (vcore: number, tile: number, width: number, height: number): string =>
    `from core ${vcore} at tile ${tile}: ${width} × ${height}, row by row`,
  virtual: 'core',
  tile: 'tile',
  position: 'x, y',
  ranges: 'Range translation table',
  rangeBits: (entries: number, bits: number, bytes: number): string =>
    `${plural(entries, 'entry', 'entries')} of ${bits} bits, ${bytes} bytes each`,
  field: { virtual: 'virtual', physical: 'physical', size: 'size', permission: 'permission', last_v: 'last_v' },
  noRanges: (kind: TranslationKind): string =>
    kind === 'page' ? 'None: pages are looked up one by one.' : 'None: addresses are physical.',
  at: (virtual: number, physical: number): string => `${hex(virtual)} → ${hex(physical)}`,
};

export const LIFE = {
  title: 'What its life took, in cycles',
  created: 'Created',
  setup: 'tables written',
  warmup: 'resident weights loaded',
  change: (cycle: number, topology?: { width: number; height: number }): string =>
    `Cycle ${count(cycle)}: ${topology ? `${topology.width} × ${topology.height} cores from then on` : 'to other tiles'}`,
  finish: 'iterations that had begun ended',
  drain: 'what was under way ended',
  save: (size: number): string => `state to memory, ${bytes(size)}`,
  tables: 'tables written, room awaited',
  restore: 'state to the new tiles',
  whole:
    'No iteration is cut in half, and a pipeline holds many: one or two in each stage. The first stages fall idle while the last ones end.',
  memory: 'Memory, change by change',
  memoryChange: ({ cycle, tenant, change, pieces, after = [] }: MemoryChange): string => {
    const size = bytes(pieces.reduce((sum, piece) => sum + piece.bytes, 0));
    const torn = pieces.length > 1 ? ` in ${pieces.length} pieces` : '';
    const waits = after.length > 0 ? `, once ${after.join(' and ')} has drained` : '';
    const does = {
      taken: `gets ${size}${torn}${waits}`,
      returned: `departs and gives back ${size}`,
      drained: `gives back the ${size} of its old size, once it has drained`,
    }[change];
    return `Cycle ${count(cycle)}: ${tenant} ${does}.`;
  },
  free: (free: number, largest: number, blocks: number): string =>
    `${bytes(free)} free in ${plural(blocks, 'block', 'blocks')} of the buddy allocator, at most ${bytes(largest)} in one piece.`,
  part: ({ tenant, bytes: size }: MemoryPart): string => `${tenant ?? 'free'}: ${bytes(size)}`,
  parts: (parts: readonly MemoryPart[]): string => parts.map(LIFE.part).join(', '),
  memoryLegend: (all: string): string =>
    `By address, up to the highest that anybody gets, of ${all}. The first 2 MiB are nobody’s.`,
};

export const STREAM = {
  title: 'Bursts, latest last',
  sum: (looked: number, misses: number, stall: number): string =>
    `${count(looked)} looked up, ${count(misses)} missed; its DMA engine was held for ${count(stall)} cycles.`,
  number: '#',
  tensor: 'tensor',
  now: (kind: TranslationKind): string => TRANSLATION_NAME[kind],
  hit: 'hit',
  miss: (cycles: number): string => `miss, ${count(cycles)}`,
  missMeaning: (cycles: number, reads: readonly number[]): string =>
    `held for ${plural(cycles, 'cycle', 'cycles')}${reads.length > 0 ? `; the walker read ${reads.length === 1 ? 'entry' : 'entries'} ${reads.join(', ')}` : ''}`,
  lastMiss: (number: number, cycles: number, reads: readonly number[]): string =>
    `Burst ${count(number)} missed: ${STREAM.missMeaning(cycles, reads)}.`,
  unknown: '–',
  beside: (kind: TranslationKind): string => `Beside ${TRANSLATION_NAME[kind]}`,
  besideMeaning: 'The same core at the same bursts, in a run of its own under the other translation',
  running: 'Running it under the other translation …',
  compare: (number: number, here: number, there: number, other: TranslationKind): string => {
    const apart = Math.abs(here - there);
    const when = here === there ? 'in the same cycle' : `${count(apart)} cycles ${here > there ? 'sooner' : 'later'}`;
    return `Burst ${count(number)} came in cycle ${count(here)}; under ${TRANSLATION_NAME[other]} ${when}.`;
  },
};

export const MISS = {
  burst: 'Burst',
  lookUp: 'Look-up',
  walk: 'Walk',
  data: 'Data',
  burstText: (kind: string, address: number | undefined, size: number): string =>
    address === undefined ? 'waiting for the next transfer' : `${kind} of ${bytes(size)} at ${hex(address)}`,
  hitText: (kind: TranslationKind, held: number): string =>
    kind === 'page' ? `its page is one of the ${held} held` : `its range is one of the ${held} held`,
  noWalk: 'none: its last burst was a hit',
  lookUpText: (kind: TranslationKind, held: number): string =>
    kind === 'page' ? `its page is not among the ${held} held` : `its range is not among the ${held} held`,
  walkText: (left: number, total: number | null): string =>
    left === 0 ? 'over' : `${count(left)} cycles left${total === null ? '' : ` of ${count(total)}`}; others wait`,
  dataText: (inFlight: number, name: string | undefined): string =>
    `${plural(inFlight, 'burst', 'bursts')} in flight${name ? `, ${name}` : ''}`,
};
