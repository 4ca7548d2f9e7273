import { describe, expect, it } from 'vitest';
import { startOf, type Start } from '../../src/engine/mapping-starts.ts';

/** Turns that each start gets of so many, where every turn of it ends at its own cost. */
function turnsOf(costs: readonly number[], turns: number): number[] {
  const starts = costs.map((cost): Start => ({ cores: [cost], ends: 0, turns: 0 }));
  for (let turn = 0; turn < turns; turn++) {
    const start = startOf(starts, turn);
    start.ends += start.cores[0];
    start.turns++;
  }
  return starts.map((start) => start.turns);
}

describe('starts of annealing', () => {
  it('come once each, in their order', () => {
    expect(turnsOf([5, 1, 9], 2)).toEqual([1, 1, 0]);
    expect(turnsOf([5, 1, 9], 3)).toEqual([1, 1, 1]);
  });

  it('come again, half of the turns to the quarter that ends lowest', () => {
    // 8 turns in order, then 16 in turn (2 for each) and 16 to the two best (8 for each)
    expect(turnsOf([7, 3, 8, 9, 4, 9, 8, 7], 40)).toEqual([3, 11, 3, 3, 11, 3, 3, 3]);
  });

  it('are one and the same where there is one', () => expect(turnsOf([4], 10)).toEqual([10]));
});
