/** The network as rows and lines, boundaries between stages, and the roofline: on a small network whose numbers are derived by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StageFigures } from '../../src/model/plan.ts';
import type { ModelView, OperatorView } from '../../src/report/model-view.ts';
import { choicesFor, moved, nearest, requestsWith } from '../../src/ui/graph/boundary.ts';
import { rooflineOf } from '../../src/ui/graph/roofline.ts';
import { rowsOf } from '../../src/ui/graph/rows.ts';

const operator = (name: string, inputs: number[], some: Partial<OperatorView> = {}): OperatorView => ({
  ...{ name, type: 'Conv', inputs, outShape: [1], macs: 1000, vectorOperations: 0, parameterBytes: 10 },
  ...{ activationBytes: 10, cacheBytes: 0, cycles: 100, intensity: 50, mayBegin: true, stages: [0, 0] },
  ...some,
});
const stage = (first: number, last: number, vcores: number[], some: Partial<StageFigures> = {}): StageFigures => ({
  ...{ label: `s${first}`, vcores, split: 'whole', first, last, request: { first: 'abcdef'[first] } },
  ...{ cycles: 100 * (last - first + 1), matmul: 0, vector: 0, transfer: 0, load: 0, loadBytes: 0 },
  ...some,
});

/** a, b, c in the first stage, d and e in the second, f in the third; d adds what a made; e works in place on d. */
const VIEW: ModelView = {
  ...{ model: 'toy', title: 'Toy', macs: 6000, parameters: 60, assumptions: [], peak: 100, bytesPerCycle: 2 },
  operators: [
    operator('a', [-1]),
    operator('b', [0]),
    operator('c', [1]),
    operator('d', [2, 0], { stages: [1, 1] }),
    operator('e', [3], { stages: [1, 1], mayBegin: false }),
    operator('f', [4], { stages: [2, 2] }),
  ],
  stages: [stage(0, 2, [0]), stage(3, 4, [1, 2]), stage(5, 5, [3])],
};

describe('rows', () => {
  const { rows, lines, lanes, ofStage } = rowsOf(VIEW);

  it('stand under the head of the stage in which they begin', () => {
    expect(rows.map((row) => (row.kind === 'stage' ? row.stage : VIEW.operators[row.operator].name))).toEqual(
      // prettier-ignore
      [0, 'a', 'b', 'c', 1, 'd', 'e', 2, 'f'],
    );
    expect(ofStage).toEqual([0, 4, 7]);
  });

  it('what is read by the next operator is on the spine, a skip has a lane of its own', () => {
    expect(lines.filter(({ lane }) => lane === 0)).toHaveLength(5);
    expect(lines.filter(({ lane }) => lane > 0)).toEqual([{ from: 1, to: 5, lane: 1 }]);
    expect(lanes).toBe(1);
  });

  it('a line for everything that is read, whatever the network', () => {
    const network = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 }).map((reads) => {
      const operators = reads.map((inputs, l) =>
        operator(
          String(l),
          inputs.map((input) => (l === 0 ? -1 : input % l)),
        ),
      );
      return { operators, stages: [stage(0, operators.length - 1, [0])] };
    });
    fc.assert(
      fc.property(network, (view) => {
        const { lines, ofOperator } = rowsOf(view);
        const drawn = lines.map(({ from, to }) => `${from} ${to}`).sort();
        const read = view.operators.flatMap(({ inputs }, l) =>
          [...new Set(inputs)].filter((input) => input >= 0).map((input) => `${ofOperator[input]} ${ofOperator[l]}`),
        );
        expect(drawn).toEqual(read.sort());
      }),
    );
  });
});

describe('a boundary', () => {
  it('may go where a stage may begin and both sides keep some work', () => {
    // Not a: the first stage would be empty. Not e: it works in place. Not f: the second stage would be.
    expect(choicesFor(VIEW, 1)).toEqual([1, 2, 3]);
    expect(choicesFor(VIEW, 2)).toEqual([5]);
    expect(choicesFor(VIEW, 0)).toEqual([]);
    expect(nearest([1, 2, 5], 4)).toBe(5);
  });

  it('takes its work along: 100 cycles from one core to two', () => {
    const stages = moved(VIEW, 1, 2);
    expect(stages.map(({ cycles }) => cycles)).toEqual([200, 250, 100]);
    expect(moved(VIEW, 1, 3)).toEqual(VIEW.stages);
  });

  it('is written as all stages, of which one begins elsewhere', () => {
    const requests = [{ first: 'a' }, { first: 'd', at: 4, cores: 2, split: 'channels' }, { first: 'f' }] as const;
    const view = { ...VIEW, stages: VIEW.stages.map((own, i) => ({ ...own, request: requests[i] })) };
    expect(requestsWith(view, 1, 2)).toEqual([
      { first: 'a' },
      { first: 'c', cores: 2, split: 'channels' },
      { first: 'f' },
    ]);
  });
});

describe('the roofline', () => {
  const box = { left: 0, right: 300, top: 0, bottom: 200 };
  const view = (some: Partial<OperatorView>[]): ModelView => ({
    ...VIEW,
    macs: some.reduce((sum, { macs = 1000 }) => sum + macs, 0),
    operators: some.map((own, l) => operator(String(l), [-1], own)),
  });

  it('an operator of 1 MAC per byte waits for memory: 1,000 MACs take 500 cycles at 2 bytes per cycle', () => {
    const { dots, memoryBoundShare } = rooflineOf(view([{ intensity: 1 }, { intensity: 1000, macs: 3000 }]), box);
    expect(dots.map(({ isMemoryBound }) => isMemoryBound)).toEqual([true, false]);
    expect(memoryBoundShare).toBe(0.25);
  });

  it('no dot is above the roof', () => {
    const drawn = fc.array(
      fc.record({ macs: fc.integer({ min: 0, max: 1e9 }), intensity: fc.double({ min: 0.01, max: 1e4, noNaN: true }) }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(drawn, (some) => {
        const slow = some.map(({ macs, intensity }) => ({ macs, intensity, cycles: Math.ceil(macs / 60) }));
        const { dots, roof } = rooflineOf(view(slow), box);
        const [start, knee] = roof;
        for (const { x, y } of dots) {
          const part = Math.min(1, Math.max(0, (x - start[0]) / (knee[0] - start[0])));
          expect(y).toBeGreaterThanOrEqual(start[1] + part * (knee[1] - start[1]) - 1e-6);
        }
      }),
    );
  });
});
