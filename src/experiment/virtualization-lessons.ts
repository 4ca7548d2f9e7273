/**
 * Lessons about what virtual NPUs are made of: page TLBs, last_v, routes that keep to their own tiles, routing tables and access
 * counters. Tiles are numbered over the 8 x 6 grid of the simulated chip, whose first and last column are memory.
 */
import { editTenant, setPlacement, setTranslation } from './edits.ts';
import type { GallerySource } from './lesson.ts';

const MiB = 1024 * 1024;
const streamed = (iterations: number) => ({ iterations, weights: 'stream' as const });

/** A 4 x 3 rectangle in row-major order, and the same tiles with the last two swapped. */
const RECTANGLE = [1, 2, 3, 4, 9, 10, 11, 12, 17, 18, 19, 20];
const SWAPPED = [...RECTANGLE.slice(0, -2), 20, 19];

/** A goes around a corner of B, and its neighbours in the network are far apart: x first, their messages pass through B. */
const AROUND = [1, 27, 2, 19, 3, 11];
const CORNER = [9, 10, 17, 18, 25, 26];

export const VIRTUALIZATION_LESSONS: readonly GallerySource[] = [
  {
    name: 'pages-stall',
    summary: 'A page TLB of 4 entries, and one of 32. What do more entries buy when weights are streamed?',
    document: {
      version: 1,
      title: 'Why pages stall an NPU',
      note: 'A’s weights are streamed through every iteration, and its page TLB holds 4 pages. What are its cores waiting for?',
      chip: { scratchpadBytes: 1.5 * MiB },
      tenants: [{ name: 'A', translation: { kind: 'page' }, workload: streamed(40) }],
    },
    lesson: {
      question: 'How much faster will A be with a page TLB of 32 entries?',
      measure: {
        value: { document: 0, tenant: 0, metric: 'cyclesPerIteration' },
        per: { document: 1, tenant: 0, metric: 'cyclesPerIteration' },
      },
      figures: {
        few: { document: 0, tenant: 0, metric: 'misses' },
        many: { document: 1, tenant: 0, metric: 'misses' },
      },
      choices: [{ text: 'No faster', below: 1.1 }, { text: '1.3 times', below: 1.6 }, { text: '2 times or more' }],
      cycles: 1_200_000,
      step: {
        label: 'Give A 32 entries',
        tenant: 0,
        change: (document) => setTranslation(document, 0, { entries: 32 }),
      },
      told: '{value} cycles per iteration with 4 entries, {per} with 32; {few} misses, then {many}.',
      because:
        'Streamed weights touch every page once: it is always a new one, whatever the TLB remembers, and each walk holds all bursts behind it. Fewer and larger translations help.',
      next: 'give A vChunk in its card, whose ranges are whole tensors.',
    },
  },
  {
    name: 'last-v',
    summary: 'Where the range walker looks first: how many table reads the last_v field saves.',
    document: {
      version: 1,
      title: 'What the last_v field buys',
      note: 'A has more tensors than its range TLB has entries. Which entry should the walker read first after a miss?',
      chip: { scratchpadBytes: 2 * MiB },
      tenants: [{ name: 'A', workload: streamed(40) }],
    },
    lesson: {
      question:
        'After a miss the walker reads A’s range table, entry by entry. last_v names the range that came next the last time. How many times as many reads would it take without it?',
      measure: {
        value: { document: 1, tenant: 0, metric: 'walkReads' },
        per: { document: 0, tenant: 0, metric: 'walkReads' },
      },
      figures: {
        misses: { document: 0, tenant: 0, metric: 'misses' },
        short: { document: 0, tenant: 0, metric: 'translationStallCycles' },
        long: { document: 1, tenant: 0, metric: 'translationStallCycles' },
        with: { document: 0, tenant: 0, metric: 'cyclesPerIteration' },
        without: { document: 1, tenant: 0, metric: 'cyclesPerIteration' },
      },
      choices: [
        { text: 'As many', below: 1.2 },
        { text: '1.5 times', below: 2 },
        { text: '2.5 times', below: 4 },
        { text: '10 times' },
      ],
      cycles: 700_000,
      step: {
        label: 'Leave last_v out',
        tenant: 0,
        change: (document) => setTranslation(document, 0, { lastV: false }),
      },
      told: '{measured} times: {per} reads for {misses} misses with last_v, {value} without. Walks held DMA engines for {short} cycles, then {long}; an iteration takes {with}, then {without}.',
      because:
        'Every iteration passes through the same tensors in the same order, so the successor that was noted is the right one, except at first. Walks are so few and short here that computing hides them either way.',
      next: 'open a core: the last column of its range table is last_v.',
    },
  },
  {
    name: 'foreign-packets',
    summary: 'Messages that take the shortest way pass through a neighbour’s routers. What keeping them out costs.',
    document: {
      version: 1,
      title: 'A neighbour’s packets in my routers',
      note: 'A goes around B’s corner, and its messages go x first, whoever owns the tiles. Whose packets are in B’s routers?',
      chip: { scratchpadBytes: 2 * MiB },
      tenants: [
        { name: 'A', topology: { width: 3, height: 2 }, placement: AROUND, workload: streamed(40) },
        {
          name: 'B',
          topology: { width: 3, height: 2 },
          placement: CORNER,
          routing: 'confined',
          workload: streamed(40),
        },
      ],
    },
    lesson: {
      question:
        'Confined routes keep A’s messages on A’s own tiles, though the way is longer. How much slower will A be?',
      measure: {
        value: { document: 1, tenant: 0, metric: 'cyclesPerIteration' },
        per: { document: 0, tenant: 0, metric: 'cyclesPerIteration' },
      },
      figures: {
        foreign: { document: 0, tenant: 0, metric: 'foreignLinkFlits' },
        left: { document: 1, tenant: 0, metric: 'foreignLinkFlits' },
      },
      choices: [
        { text: 'Hardly: below a tenth', below: 1.1 },
        { text: '1.3 times', below: 1.6 },
        { text: '2 times or more' },
      ],
      cycles: 850_000,
      step: {
        label: 'Confine A',
        tenant: 0,
        change: (document) => editTenant(document, 0, { routing: 'confined' }),
      },
      told: '{per} cycles per iteration before, {value} now. {foreign} of A’s flits crossed links of B; now it is {left}.',
      because:
        'Longer ways cost a few cycles per hop, and most messages are sent ahead, while the cores compute. What is gained is that nothing of A can be seen or felt in B’s data network.',
      next: 'drag a core of A, and see which links are foreign then.',
    },
  },
  {
    name: 'one-entry',
    summary: 'Standard and compact routing tables: what it costs to say where twelve cores are.',
    document: {
      version: 1,
      title: 'One table entry for a rectangle',
      note: 'A’s cores fill a rectangle row by row, so one entry tells where all twelve are. What if they did not?',
      chip: { scratchpadBytes: 2 * MiB },
      tenants: [
        {
          name: 'A',
          topology: { width: 4, height: 3 },
          placement: RECTANGLE,
          translation: { kind: 'physical' },
          workload: { iterations: 12 },
        },
      ],
    },
    lesson: {
      question: 'Swap two cores of A. How many times as long will the hypervisor write tables before A can start?',
      measure: {
        value: { document: 1, tenant: 0, metric: 'setupCycles' },
        per: { document: 0, tenant: 0, metric: 'setupCycles' },
      },
      figures: {
        compact: { document: 0, tenant: 0, metric: 'routingBits' },
        standard: { document: 1, tenant: 0, metric: 'routingBits' },
      },
      choices: [{ text: 'As long', below: 1.1 }, { text: '2 times', below: 4 }, { text: '12 times' }],
      cycles: 50_000,
      step: {
        label: 'Swap A10 and A11',
        tenant: 0,
        change: (document) => setPlacement(document, 0, SWAPPED),
      },
      told: '{measured} times: {value} cycles instead of {per}, because {standard} bits per core stand where {compact} stood.',
      because:
        'The compact form holds for row-major rectangles only. Any other order needs the standard form, an entry for every core in every core.',
      next: 'open “Tables” in A’s card, which shows both forms.',
    },
  },
  {
    name: 'cap',
    summary: 'Two tenants, one slow memory: an access counter holds one of them to its share.',
    document: {
      version: 1,
      title: 'A cap is a promise',
      note: 'Both stream their weights from a memory that is too slow for two: 240 bytes per cycle. Who waits for whom?',
      chip: { scratchpadBytes: 2 * MiB, memoryBytesPerCycle: 20 },
      tenants: [
        { name: 'A', placement: [1, 2, 3, 9, 10, 11, 17, 18, 19], workload: streamed(40) },
        { name: 'B', placement: [6, 5, 4, 14, 13, 12, 22, 21, 20], workload: streamed(40) },
      ],
    },
    lesson: {
      question: 'Hold A to 400,000 bytes in every 10,000 cycles. How much faster will B be?',
      measure: {
        value: { document: 0, tenant: 1, metric: 'cyclesPerIteration' },
        per: { document: 1, tenant: 1, metric: 'cyclesPerIteration' },
      },
      figures: {
        moved: { document: 1, tenant: 0, metric: 'transferredBytes' },
        cycles: { document: 1, metric: 'cycles' },
      },
      choices: [{ text: 'No faster', below: 1.1 }, { text: '1.2 times', below: 1.35 }, { text: '1.5 times or more' }],
      cycles: 1_200_000,
      step: {
        label: 'Cap A',
        tenant: 1,
        change: (document) => editTenant(document, 0, { bandwidth: { bytes: 400_000 } }),
      },
      told: '{measured} times: {per} cycles per iteration instead of {value}. A moved {moved} bytes in {cycles} cycles.',
      because:
        'Each window has its budget, and what a cycle goes over is taken off the next one. So A never gets more than its cap, up to one burst per core, and what it may not use is B’s.',
      next: 'look at A’s bar: what waits for the budget is counted as memory.',
    },
  },
];
