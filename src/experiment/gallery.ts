/**
 * Experiments to begin with. All run on the simulated chip of the vNPU paper with scratchpads of 2 MiB instead of 30, so that weights
 * must be streamed and translation can be seen (the twins have 1.5); tiles are numbered over the 8 x 6 grid whose first and last column are memory.
 */
import { canonical } from './canonical.ts';
import { addTenant, setChip, setTraffic, setTranslation } from './edits.ts';
import { buildLesson, type GallerySource, type Lesson } from './lesson.ts';
import type { ExperimentDocument } from './schema.ts';
import { VIRTUALIZATION_LESSONS } from './virtualization-lessons.ts';

const MiB = 1024 * 1024;

export interface GalleryEntry {
  /** Letters, digits and hyphens: the name in links and on the command line. */
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly document: ExperimentDocument;
  /** What it asks, for those that are lessons. */
  readonly lesson?: Lesson;
}

/** Name of the experiment that opens when none is asked for. */
export const DEFAULT_ENTRY = 'twins';

const streamedChip = { scratchpadBytes: 2 * MiB };

/** Rows 0 to 2 at the west edge, and their mirror image at the east edge: the same distance to memory for both. */
const WEST = [1, 2, 3, 9, 10, 11, 17, 18, 19];
const EAST = [6, 5, 4, 14, 13, 12, 22, 21, 20];
/** Between the two, over a column of each. */
const CENTRE = [2, 3, 4, 10, 11, 12, 18, 19, 20];

const ENTRIES: readonly GallerySource[] = [
  {
    name: 'twins',
    summary: 'Two identical tenants, mirror images of each other; only their address translation differs.',
    document: {
      version: 1,
      title: 'Twins',
      note: 'Mirror images, equally far from memory. vChunk translates ranges instead of pages: would that help?',
      chip: { scratchpadBytes: 1.5 * MiB },
      tenants: [
        {
          name: 'A',
          placement: WEST,
          translation: { kind: 'page' },
          workload: { iterations: 24, weights: 'stream' },
        },
        { name: 'B', placement: EAST, workload: { iterations: 24, weights: 'stream' } },
      ],
    },
    lesson: {
      question: 'How much faster will A be with vChunk?',
      measure: {
        value: { document: 0, tenant: 0, metric: 'cyclesPerIteration' },
        per: { document: 1, tenant: 0, metric: 'cyclesPerIteration' },
      },
      choices: [
        { text: 'No faster', below: 1.1 },
        { text: '1.2 times', below: 1.35 },
        { text: '1.5 times', below: 1.75 },
        { text: '2 or more' },
      ],
      cycles: 900_000,
      step: {
        label: 'Give A vChunk',
        tenant: 0,
        change: (document) => setTranslation(document, 0, { kind: 'vchunk' }),
      },
      told: '{measured} times: {value} cycles per iteration under pages, {per} with vChunk.',
      because:
        'Weights are streamed, so every 4 KB are another page, and each walk holds all bursts behind it. A range is a whole tensor.',
      next: 'click a core of A and press “Show me one”.',
    },
  },
  ...VIRTUALIZATION_LESSONS,
  {
    name: 'resnet-beside-gpt2',
    summary: 'A convolutional network and a transformer share the memory interfaces of one chip.',
    document: {
      version: 1,
      title: 'ResNet-18 beside GPT-2',
      note: 'Two different networks share one memory. Which of them waits for it, and which one computes?',
      chip: streamedChip,
      tenants: [
        { name: 'ResNet', workload: { iterations: 96, weights: 'stream' } },
        {
          name: 'GPT',
          topology: { width: 3, height: 4 },
          workload: { model: 'gpt2-small', iterations: 8, weights: 'stream' },
        },
      ],
    },
  },
  {
    name: 'room',
    summary: 'A moves aside for B while it runs, and then gets twice as many cores. What does each cost?',
    document: {
      version: 1,
      title: 'Make room, then grow',
      note: 'A makes room for B, and grows later. What does each take, and what does it buy?',
      chip: streamedChip,
      tenants: [
        { name: 'A', placement: CENTRE, workload: { iterations: 48, weights: 'stream' } },
        { name: 'B', arrivalCycle: 300_000, workload: { iterations: 24, weights: 'stream' } },
      ],
      events: [
        { cycle: 300_000, tenant: 'A', placement: WEST },
        { cycle: 800_000, tenant: 'A', topology: { height: 6 } },
      ],
    },
  },
  {
    name: 'alone',
    summary: 'One tenant with the whole memory to itself: what the others are measured against.',
    document: {
      version: 1,
      title: 'Alone',
      note: 'One tenant, nobody beside it. Where does its time go when nothing is shared?',
      chip: streamedChip,
      tenants: [{ name: 'A', workload: { iterations: 40, weights: 'stream' } }],
    },
  },
  {
    name: 'crowded',
    summary: 'Four tenants on all 36 cores: each network once under pages and once under vChunk.',
    document: {
      version: 1,
      title: 'A crowded chip',
      note: 'Every core is taken. Who suffers most from the neighbours, and does a better translation still help?',
      chip: streamedChip,
      tenants: [
        { name: 'A', translation: { kind: 'page' }, workload: { iterations: 40, weights: 'stream' } },
        { name: 'B', workload: { iterations: 64, weights: 'stream' } },
        {
          name: 'C',
          translation: { kind: 'page' },
          workload: { model: 'gpt2-small', iterations: 4, weights: 'stream', tokens: 128 },
        },
        { name: 'D', workload: { model: 'gpt2-small', iterations: 8, weights: 'stream', tokens: 128 } },
      ],
    },
  },
  {
    name: 'knee',
    summary: 'Synthetic traffic on 8 x 8 routers, close to what they can carry: why latency has a knee.',
    document: {
      version: 1,
      title: 'Why latency has a knee',
      note: 'Each node offers 0.35 flits per cycle. Raise it to 0.36, 0.38, 0.40: what happens to the latency, and what to the flits that arrive? Which links are full first?',
      chip: { preset: 'mesh-8x8' },
      traffic: { rate: 0.35 },
    },
    lesson: {
      question: 'A twelfth more load, 0.38 instead of 0.35: how much longer will a packet take?',
      measure: {
        value: { document: 1, metric: 'packetLatency' },
        per: { document: 0, metric: 'packetLatency' },
      },
      choices: [
        { text: 'A twelfth', below: 1.3 },
        { text: '1.5 times', below: 1.8 },
        { text: '2 times', below: 3 },
        { text: '5 or more' },
      ],
      cycles: 60_000,
      step: {
        label: 'Offer 0.38',
        change: (document) => setTraffic(document, { rate: 0.38 }),
      },
      told: '{measured} times: {value} cycles on average, {per} before.',
      because:
        'The links in the middle are full first. Close to what they can carry, whoever comes finds a queue, and the queue is hardly ever empty: the wait grows without end while the way stays the same.',
      next: 'Compute the curve below: where is its knee?',
    },
  },
  {
    name: 'one-channel',
    summary: 'The same mesh with one virtual channel: packets stand behind packets that want to go elsewhere.',
    document: {
      version: 1,
      title: 'Head of line',
      note: 'One virtual channel per port: a packet whose way is free waits behind one whose way is not. Give each port two and the same load passes easily. What did the links have to spare?',
      chip: { preset: 'mesh-8x8', virtualChannels: 1 },
      traffic: { rate: 0.25 },
    },
    lesson: {
      question: 'With two virtual channels per port, how many times sooner will a packet arrive?',
      measure: {
        value: { document: 0, metric: 'packetLatency' },
        per: { document: 1, metric: 'packetLatency' },
      },
      choices: [
        { text: 'No sooner', below: 1.2 },
        { text: '1.5 times', below: 1.8 },
        { text: '2 times', below: 3 },
        { text: '4 or more' },
      ],
      cycles: 60_000,
      step: {
        label: 'Give each port two',
        change: (document) => setChip(document, { virtualChannels: 2 }),
      },
      told: '{measured} times: {value} cycles on average with one channel, {per} with two.',
      because:
        'The links had room all the time. With one channel, a packet whose way is free stands behind one whose way is not; with two it passes.',
      next: 'Follow a packet, and see what it stands behind.',
    },
  },
  {
    name: 'deadlock',
    summary: 'Two routes that turn where x first forbids it, and four channels that wait for each other for ever.',
    document: {
      version: 1,
      title: 'Two turns too many',
      note: 'Packets go x first, but from 6 to 9 and from 9 to 6 they turn the other way. What happens once all four corners of the middle square are taken?',
      seed: 4,
      chip: { preset: 'mesh-4x4', virtualChannels: 1, bufferDepth: 4 },
      traffic: {
        rate: 0.25,
        packetFlits: 16,
        warmup: 0,
        routes: [{ tiles: [6, 10, 9] }, { tiles: [9, 5, 6] }],
      },
      circles: 'watch',
    },
    lesson: {
      question: 'How many channels will in the end wait for each other in a circle?',
      measure: { value: { document: 0, metric: 'stuckChannels' } },
      choices: [{ text: 'None', below: 1 }, { text: 'Two', below: 3 }, { text: 'Four', below: 5 }, { text: 'All' }],
      cycles: 60_000,
      told: '{measured}, around the middle square; everything else then stands behind them.',
      because:
        'Each holds the channel that the one before it wants. X first forbids turns from a column into a row, so no circle can close; two routes that turn so bring it back. Without one of them it cannot.',
      next: 'Take one of the two routes out, with the cross beside it.',
    },
  },
  {
    name: 'lock-in',
    summary:
      'Topology lock-in: two requests of 3 x 3 on 5 x 5 cores. Exact placement has room for one of them, a similar one for both.',
    document: {
      version: 1,
      title: 'Topology lock-in',
      note: 'B wants 3 x 3 cores as well. 16 of 25 are free, but no second square is: exact placement refuses B. Must they lie idle?',
      chip: { ...streamedChip, width: 7, height: 5 },
      tenants: [{ name: 'A', workload: { iterations: 24 } }],
    },
    lesson: {
      question:
        'B takes nine connected cores that only resemble a square. How long does an iteration of B take, beside A’s?',
      measure: {
        value: { document: 1, tenant: 1, metric: 'cyclesPerIteration' },
        per: { document: 1, tenant: 0, metric: 'cyclesPerIteration' },
      },
      choices: [{ text: 'About as long', below: 1.25 }, { text: '1.5 times', below: 1.8 }, { text: 'Twice or more' }],
      cycles: 1_500_000,
      step: {
        label: 'Place B similarly',
        tenant: 1,
        change: (document) => addTenant(document, { name: 'B', mapping: 'similar', workload: { iterations: 24 } }),
      },
      told: '{measured} times: {value} cycles per iteration on similar cores, {per} on the square. 18 of 25 cores work instead of 9.',
      because:
        'One of twelve edges is stretched, and the links have room to spare: giving up the exact shape costs next to nothing here, while insisting on it idles 16 cores.',
      next: 'Open “Placement of B” in its card and let an edge cost its bytes: more edges are stretched, and yet B is faster.',
    },
  },
];

export const GALLERY: readonly GalleryEntry[] = ENTRIES.map(({ name, summary, document, lesson }) => ({
  name,
  title: document.title,
  summary,
  document: canonical(document),
  ...(lesson && { lesson: buildLesson(lesson, document) }),
}));

export const galleryNames = (): string[] => GALLERY.map(({ name }) => name);

/** The entry of that name, or undefined. Its document is shared: edits make copies. */
export const galleryEntry = (name: string): GalleryEntry | undefined => GALLERY.find((entry) => entry.name === name);
