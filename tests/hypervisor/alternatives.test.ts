/** Where else a tenant could lie, with the real search: each alternative keeps what it promises, on random chips and in small cases. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapperOf } from '../../src/engine/mapping.ts';
import { alternatives, type AlternativeKind, type Carried } from '../../src/hypervisor/alternatives.ts';
import { requestEdges, topologyEditDistance } from '../../src/hypervisor/topology.ts';
import { NO_TRANSFERS } from '../../src/model/mapping.ts';
import { isConnected } from '../../src/model/mesh.ts';
import { mappingModule, problemOf, solve } from '../support/mapping.ts';
import { coresOnly } from './requests.ts';

const mapper = mapperOf(mappingModule, 3_000_000);
const edgesOf = (width: number, height: number) => requestEdges({ kind: 'mesh', width, height });

function found(side: number, taken: readonly number[], [width, height]: readonly [number, number], carried: Carried) {
  const chip = coresOnly(side, side, { disabledTiles: [...taken] });
  const edges = edgesOf(width, height);
  const more = { edgeWeights: 'equal', transfers: NO_TRANSFERS, memoryTiles: [], offers: [], seed: 1 } as const;
  const wanted = { nodes: width * height, edges, ...more };
  const list = alternatives(chip, (tile) => chip.tiles[tile] === 'core', wanted, carried, mapper);
  const cost = (tiles: readonly number[]): number => topologyEditDistance(chip, tiles, edges);
  const of = (kind: AlternativeKind) => list.find((alternative) => alternative.kind === kind);
  return { chip, list, cost, of };
}

describe('2 x 2 cores in a corner of 6 x 6', () => {
  const tiles = [0, 1, 6, 7];

  it('carried as a whole: near moves as the hand does, elsewhere takes other tiles', () => {
    // from (0,0) to (3,2): every core goes 3 right and 2 down
    const { of, list } = found(6, [], [2, 2], { tiles, vcore: 'all', from: 0, over: 15 });
    expect(of('near')).toMatchObject({ tiles: [15, 16, 21, 22], proven: true });
    expect(of('elsewhere')!.tiles.filter((tile) => of('near')!.tiles.includes(tile))).toEqual([]);
    expect(list).toHaveLength(2);
  });

  it('one core carried: here has it under the hand, the others around it and nearest to where they are', () => {
    // core 3 to (2,2): the square whose lower right corner is there, 1 right and 1 down of the old one
    const { of } = found(6, [], [2, 2], { tiles, vcore: 3, from: 7, over: 14 });
    expect(of('near')!.tiles).toEqual([7, 8, 13, 14]);
    // equal to near, so it is there once
    expect(of('here')).toBeUndefined();
  });

  it('one core carried far: few leaves the others where an edge and a half would be saved', () => {
    // Core 3 at (2,1) beside core 1: of its edges the one to 2 is lost, and 3-1 stays: cost 1, nobody else moves. As a square with 3
    // there cost 0, but three others would move, half an edge each.
    const { of, cost } = found(6, [], [2, 2], { tiles, vcore: 3, from: 7, over: 2 });
    expect(of('few')!.tiles.slice(0, 3)).toEqual([0, 1, 6]);
    expect(cost(of('few')!.tiles)).toBe(1);
  });

  it('goes around what is taken: near is the square nearest to the hand that is free', () => {
    // the tile under the hand is taken, so one hop beside it costs least
    const { of, cost } = found(6, [21], [2, 2], { tiles, vcore: 'all', from: 0, over: 14 });
    expect(cost(of('near')!.tiles)).toBe(0);
    const [x, y] = [of('near')!.tiles[0] % 6, Math.floor(of('near')!.tiles[0] / 6)];
    expect(Math.abs(x - 2) + Math.abs(y - 2)).toBe(1);
  });

  it('there is none where no connected set is large enough', () => {
    const checkered = Array.from({ length: 36 }, (_, tile) => tile).filter((tile) => (tile + Math.floor(tile / 6)) % 2);
    expect(found(6, checkered, [2, 2], { tiles: [0, 2, 7, 9], vcore: 'all', from: 0, over: 14 }).list).toEqual([]);
  });
});

it('on random chips: free, connected, each once; near costs least of all; here is where the hand is', () => {
  const cases = fc.record({
    taken: fc.uniqueArray(fc.integer({ min: 0, max: 35 }), { maxLength: 14 }),
    shape: fc.constantFrom<[number, number]>([2, 2], [3, 2], [4, 1], [3, 3]),
    vcore: fc.option(fc.nat(3), { nil: 'all' as const }),
    over: fc.nat(35),
  });
  fc.assert(
    fc.property(cases, ({ taken, shape, vcore, over }) => {
      const nodes = shape[0] * shape[1];
      const best = solve(problemOf([6, 6], taken, nodes, edgesOf(...shape)));
      fc.pre(best.feasible);
      const tiles = best.placement;
      const from = tiles[vcore === 'all' ? 0 : vcore];
      const { chip, list, cost, of } = found(6, taken, shape, { tiles, vcore, from, over });
      expect(new Set(list.map((alternative) => alternative.tiles.join())).size).toBe(list.length);
      for (const alternative of list) {
        expect(new Set(alternative.tiles).size).toBe(nodes);
        expect(alternative.tiles.every((tile) => chip.tiles[tile] === 'core')).toBe(true);
        expect(isConnected(chip, alternative.tiles)).toBe(true);
        expect(cost(of('near')!.tiles)).toBeLessThanOrEqual(cost(alternative.tiles));
      }
      if (of('near')!.proven) expect(cost(of('near')!.tiles)).toBe(best.cost);
      for (const kind of ['here', 'few'] as const) {
        const here = of(kind);
        if (here && vcore !== 'all') expect(here.tiles[vcore]).toBe(over);
      }
    }),
    { numRuns: 25 },
  );
});
