/** The last cycles, remembered one by one: as they were seen in passing, across the seam of the ring, and as the counters count. */
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import { GALLERY } from '../../src/experiment/gallery.ts';
import { machineOf } from '../support/documents.ts';

const TWINS = GALLERY[0].document;
/** What the kernel holds for 18 cores. */
const RING = 8192;

describe('the last cycles', () => {
  it('are what every core did in each of them, also where the ring begins again', () => {
    const machine = machineOf(TWINS);
    machine.run(RING - 150);
    const seen: number[][] = [];
    for (let i = 0; i < 300; i++) {
      machine.run(1);
      seen.push(machine.snapshot().cores.map(({ cause }) => cause));
    }
    const { from, cycles, causes } = machine.recent(300);
    expect([from, cycles]).toEqual([RING - 150, 300]);
    expect([...causes]).toEqual(seen[0].flatMap((_, core) => seen.map((cycle) => cycle[core])));
  });

  it('add up to what the counters say, as far back as they go and no further', () => {
    const machine = machineOf(TWINS);
    machine.run(RING - 3);
    expect(machine.recent(RING)).toMatchObject({ from: 0, cycles: RING - 3 });
    machine.run(50_003);
    const before = machine.snapshot();
    machine.run(RING);
    const after = machine.snapshot();
    const { from, cycles, causes } = machine.recent(10 * RING);
    expect([from, cycles]).toEqual([before.cycle, RING]);
    after.cores.forEach((core, i) => {
      const counted = core.causes.map((cause, c) => cause - before.cores[i].causes[c]);
      const row = causes.subarray(i * cycles, (i + 1) * cycles);
      expect(CAUSES.map((_, c) => row.filter((cause) => cause === c).length)).toEqual(counted);
    });
  });
});
