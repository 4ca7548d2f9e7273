import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import { suggestAction } from '../../src/report/action.ts';
import { blame, type BlameTenant } from '../../src/report/blame.ts';
import { blameTenant, causes } from './support.ts';

const LONG = 20_000;

describe('blame of twins', () => {
  /** Equal work. A spends 31 of 100 on translation and takes 100 for what B does in 71. */
  const a = blameTenant({ compute: 50 * LONG, memory: 19 * LONG, translation: 31 * LONG });
  const b = blameTenant({ compute: 50 * LONG, memory: 19 * LONG, translation: 2 * LONG }, { translation: 'vchunk' });

  it('names the slow one, the ratio from work done, and the cause', () => {
    // time per work: A 100/50, B 71/50; shares 31/100 and 2/71
    expect(blame([b, a])).toEqual({
      kind: 'twins',
      slow: 1,
      fast: 0,
      ratio: expect.closeTo(100 / 71, 10),
      basis: 'progress',
      cause: 'translation',
      slowShare: expect.closeTo(0.31, 10),
      fastShare: expect.closeTo(2 / 71, 10),
      waitShare: 0,
    });
  });

  it('prefers whole iterations as soon as both have two', () => {
    const [x, y] = [a, b].map((tenant, i): BlameTenant => ({
      ...tenant,
      iterationsDone: 2,
      cyclesPerIteration: [140, 100][i],
    }));
    expect(blame([x, y])).toMatchObject({ kind: 'twins', slow: 0, ratio: 1.4, basis: 'iterations' });
    expect(blame([{ ...x, iterationsDone: 1 }, y])).toMatchObject({ basis: 'progress' });
  });

  it('sees through waiting: one core held by translation makes eight others wait', () => {
    // The bottleneck core loses 1 unit to translation and eight cores wait for it 1 unit each: 1 x 9 cores >= 9 lost.
    const held = blameTenant({ compute: 9 * LONG, translation: LONG, recvWait: 8 * LONG });
    const free = blameTenant({ compute: 9 * LONG });
    expect(blame([held, free])).toMatchObject({
      slow: 0,
      cause: 'translation',
      slowShare: expect.closeTo(1 / 18, 10),
      waitShare: expect.closeTo(8 / 18, 10),
    });
  });

  it('blames the network when no core has a loss of its own that could explain it', () => {
    // 0.1 unit of memory x 9 cores < 8.1 units lost
    const far = blameTenant({ compute: 9 * LONG, memory: 0.1 * LONG, sendBlocked: 4 * LONG, recvWait: 4 * LONG });
    expect(blame([far, blameTenant({ compute: 9 * LONG })])).toMatchObject({ slow: 0, cause: 'network', waitShare: 0 });
  });

  it('does not hold idle cycles after its end against the fast one', () => {
    const done = {
      ...b,
      status: 'done' as const,
      causes: Array.from(b.causes, (n, i) => n + (CAUSES[i] === 'idle' ? 1e9 : 0)),
    };
    expect(blame([a, done])).toEqual(blame([a, b]));
  });

  it('calls equal twins even', () => {
    expect(blame([b, b])).toMatchObject({ kind: 'even', first: 0, second: 1 });
  });

  it('takes the pair that differs most of three', () => {
    expect(blame([b, blameTenant({ compute: LONG, dispatch: 0.1 * LONG }), a])).toMatchObject({
      kind: 'twins',
      slow: 2,
      fast: 1,
    });
  });

  it('does not depend on the order of the tenants', () => {
    const tenant = fc
      .array(fc.integer({ min: 1, max: 1e6 }), { minLength: CAUSES.length, maxLength: CAUSES.length })
      .map((counts) => ({ ...blameTenant({}), causes: counts.map((n) => n + LONG) }));
    fc.assert(
      fc.property(tenant, tenant, (x, y) => {
        const [one, two] = [blame([x, y]), blame([y, x])];
        fc.pre(one.kind === 'twins');
        if (one.kind !== 'twins' || two.kind !== 'twins') throw new Error('kinds differ');
        expect(two).toEqual({ ...one, slow: 1 - one.slow, fast: 1 - one.fast });
        expect(one.ratio).toBeGreaterThanOrEqual(1);
        expect(one.slowShare).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('blame of others', () => {
  const resnet = blameTenant({ compute: 60 * LONG, memory: 30 * LONG, dispatch: 10 * LONG });
  const gpt = blameTenant({ compute: 20 * LONG, translation: 50 * LONG, recvWait: 30 * LONG }, { model: 'gpt2' });

  it('says nothing before the counters have settled', () => {
    expect(blame([])).toEqual({ kind: 'starting' });
    // 9 cores x 2,000 cycles are asked for; here 17,999
    expect(blame([blameTenant({ compute: 17_999 })])).toEqual({ kind: 'starting' });
    expect(blame([blameTenant({ compute: 18_000 })]).kind).toBe('single');
    expect(blame([blameTenant({ idle: 1e9, recvWait: 18_000 })])).toEqual({ kind: 'starting' });
  });

  it('describes one tenant alone', () => {
    expect(blame([resnet])).toEqual({
      kind: 'single',
      tenant: 0,
      workShare: 0.6,
      cause: 'memory',
      share: 0.3,
      bottleneck: null,
    });
  });

  it('names the core that the others wait for, and what holds it', () => {
    const cores = (...each: Parameters<typeof causes>[0][]) =>
      each.map((one, i) => ({ vcore: i + 3, causes: causes(one) }));
    const waiting = blameTenant({ compute: 9 * LONG, translation: 4 * LONG, recvWait: 14 * LONG });
    const told = (coreCauses: ReturnType<typeof cores>) => blame([{ ...waiting, coreCauses }]);
    const idle = { idle: 100 * LONG };
    const waits = { compute: 3 * LONG, recvWait: 6 * LONG };
    const held = { compute: 3 * LONG, translation: 5 * LONG, recvWait: LONG, ...idle };
    expect(told(cores(waits, held))).toMatchObject({
      cause: 'network',
      share: expect.closeTo(14 / 27, 10),
      bottleneck: { vcore: 4, cause: 'translation', share: expect.closeTo(5 / 9, 10) },
    });
    expect(told(cores({ compute: 8 * LONG, memory: LONG }, waits))).toMatchObject({
      bottleneck: { vcore: 3, cause: 'work' },
    });
    // a core that has hardly run holds nobody up
    expect(told(cores({ memory: 1 }, held))).toMatchObject({ bottleneck: { vcore: 4 } });
    // whoever waits least waits most of its time too: nobody holds the others up
    expect(told(cores(waits, waits))).toMatchObject({ bottleneck: null });
    expect(told(cores(held))).toMatchObject({ bottleneck: null });
    // where something else takes most there is no need to look
    expect(blame([{ ...resnet, coreCauses: cores(waits, held) }])).toMatchObject({ cause: 'memory', bottleneck: null });
  });

  it('compares different networks by shares, never by time', () => {
    const told = blame([resnet, gpt]);
    expect(told).toMatchObject({ kind: 'several', worst: 1 });
    expect(told).toMatchObject({ tenants: [{ cause: 'memory' }, { cause: 'translation', share: 0.5 }] });
    expect(blame([resnet, { ...resnet, shape: '2x2' }]).kind).toBe('several');
  });

  it('puts a deadlock and a fault first', () => {
    expect(blame([resnet, { ...gpt, status: 'deadlock' }])).toEqual({ kind: 'deadlock', tenants: [1] });
    expect(blame([resnet, { ...gpt, status: 'fault' }])).toEqual({ kind: 'fault', tenant: 1 });
  });
});

describe('suggestAction', () => {
  const slow = blameTenant({ compute: 60 * LONG, translation: 40 * LONG });
  const fast = blameTenant({ compute: 60 * LONG, memory: 10 * LONG }, { translation: 'vchunk' });
  const suggest = (tenants: readonly BlameTenant[], over = false) => suggestAction(tenants, blame(tenants), over);

  it('gives vChunk to the tenant that pages cost most', () => {
    expect(suggest([fast, slow])).toEqual({ kind: 'setTranslation', tenant: 1, translation: 'vchunk' });
    expect(suggest([slow])).toEqual({ kind: 'setTranslation', tenant: 0, translation: 'vchunk' });
  });

  it('leaves translation alone where it costs little or is not paged', () => {
    // 4 of 104 is below 5 percent
    expect(suggest([blameTenant({ compute: 100 * LONG, translation: 4 * LONG })])).toEqual({ kind: 'none' });
    expect(suggest([{ ...slow, translation: 'vchunk' }])).toEqual({ kind: 'none' });
  });

  it('proposes a drag once translation is settled', () => {
    expect(suggest([fast, { ...slow, translation: 'vchunk' }])).toEqual({ kind: 'move', tenant: 1, reason: 'slow' });
    expect(suggest([fast, fast])).toEqual({ kind: 'move', tenant: 0, reason: 'try' });
  });

  it('offers to run again at the end and to undo what broke the run', () => {
    expect(suggest([fast, slow], true)).toEqual({ kind: 'restart' });
    expect(suggest([fast, { ...slow, status: 'deadlock' }], true)).toEqual({ kind: 'undo' });
    expect(suggest([])).toEqual({ kind: 'none' });
  });
});
