/** Random packet traces for comparing two networks: any mesh, few packets to many at once, patterns that crowd links and nodes. */
import fc from 'fast-check';
import type { ReferenceTrace, Special } from './noc-reference.ts';

/** Where a packet from (x, y) goes, if not anywhere. */
const PATTERNS: Readonly<Record<string, (x: number, y: number, width: number, height: number) => [number, number]>> = {
  itself: (x, y) => [x, y],
  transpose: (x, y, width, height) => [y % width, x % height],
  complement: (x, y, width, height) => [width - 1 - x, height - 1 - y],
  tornado: (x, y, width, height) => [(x + half(width)) % width, (y + half(height)) % height],
  neighbour: (x, y, width, height) => [(x + 1) % width, (y + 1) % height],
  hotspot: (_x, _y, width, height) => [half(width), half(height)],
};
const half = (size: number): number => Math.floor(size / 2);

interface Draw {
  readonly gap: number;
  readonly source: number;
  readonly target: number;
  readonly flits: number;
  readonly channels: number;
  readonly tenant: number;
}

/** One packet as numbers that shrink; `longest` gap 0 is everything at once, far beyond saturation. */
const draw = (longestGap: number, longestPacket: number): fc.Arbitrary<Draw> =>
  fc.record({
    gap: fc.nat(longestGap),
    source: fc.nat(143),
    target: fc.nat(143),
    flits: fc.integer({ min: 1, max: longestPacket }),
    channels: fc.integer({ min: 1, max: 255 }),
    tenant: fc.nat(2),
  });

const draws = fc
  .tuple(fc.constantFrom(0, 0, 0, 1, 3, 40), fc.constantFrom(1, 4, 9, 40))
  .chain(([gap, flits]) => fc.array(draw(gap, flits), { maxLength: Math.ceil(4000 / (flits + 1)), size: 'max' }));

/** Traces as noc-model.md has them: 1 x 1 to 12 x 12, V 1..8, B 1..16, packets of 1..40 flits. */
export const traces: fc.Arbitrary<ReferenceTrace> = network(false);

/** The same, with virtual channels that packets may not take and flits of three tenants. */
export const specialTraces: fc.Arbitrary<ReferenceTrace> = network(true);

/** The same, with tenants that follow tables: Y first, and X first by table. Together with X first they can end in a deadlock. */
export const routedTraces = specialTraces.map((trace) => {
  const routes = [undefined, table(trace, false), table(trace, true)];
  const special = trace.special?.map((one) => ({ ...one, directions: routes[one?.tenant ?? 0] }));
  return { ...trace, special, routes };
});

function table({ width, height }: ReferenceTrace, xFirst: boolean): number[][] {
  const tiles = Array.from({ length: width * height }, (_, tile) => [tile % width, Math.floor(tile / width)]);
  const along = (from: number, to: number, forward: number): number[] =>
    to === from ? [] : [to > from ? forward : forward + 1];
  return tiles.map(([x, y]) =>
    tiles.map(([toX, toY]) => {
      const turns = [along(x, toX, 0), along(y, toY, 2)];
      return [...(xFirst ? turns : turns.reverse()).flat(), 4][0];
    }),
  );
}

function network(special: boolean): fc.Arbitrary<ReferenceTrace> {
  return fc
    .record({
      width: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 12 }),
      virtualChannels: fc.integer({ min: 1, max: 8 }),
      bufferDepth: fc.integer({ min: 1, max: 16 }),
      pattern: fc.constantFrom('uniform', 'uniform', ...Object.keys(PATTERNS)),
      draws,
    })
    .map(({ pattern, draws, ...network }) => ({
      ...network,
      ...(special ? { special: draws.map((draw) => specialOf(draw, network.virtualChannels)) } : {}),
      packets: packetsOf(draws, network, PATTERNS[pattern]),
    }));
}

function specialOf({ channels, tenant }: Draw, virtualChannels: number): Special {
  const existing = channels & (2 ** virtualChannels - 1);
  return { channels: existing === 0 ? 1 : existing, tenant };
}

function packetsOf(
  draws: readonly Draw[],
  { width, height }: { width: number; height: number },
  pattern: (typeof PATTERNS)[string] | undefined,
): ReferenceTrace['packets'] {
  let cycle = 0;
  return draws.map(({ gap, source, target, flits }) => {
    cycle += gap;
    const from = source % (width * height);
    const [x, y] = pattern?.(from % width, Math.floor(from / width), width, height) ?? [
      target % width,
      target % height,
    ];
    return [cycle, from, x + width * y, flits] as const;
  });
}
