/**
 * The kernel's network against a second one written from the text alone (tests/support/noc-reference.ts), on random traces: equal
 * arrival cycles and link counters, whatever the slices and the visiting order. The seed is fixed, so a run repeats;
 * NOC_SEED and NOC_RUNS ask for others and for more. A trace on which they differ is shrunk and added to network-cases.json,
 * which is replayed here for ever.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { probeNoc } from '../../src/engine/probes.ts';
import { kernel } from '../support/kernel.ts';
import { referenceNoc, type ReferenceTrace } from '../support/noc-reference.ts';
import { routedTraces, specialTraces, traces } from '../support/noc-traffic.ts';

interface Case extends ReferenceTrace {
  readonly why: string;
  readonly routes?: readonly (readonly (readonly number[])[] | null)[];
}

const CASES = 'tests/engine/network-cases.json';
const cases: Case[] = JSON.parse(readFileSync(CASES, 'utf8'));
const seed = Number(process.env.NOC_SEED ?? 20_250_621);
const numRuns = Number(process.env.NOC_RUNS ?? 100);

/** As it was before JSON, which has null for a tenant that goes X first. */
function replayed({ routes, ...trace }: Case): Parameters<typeof probeNoc>[1] {
  return { ...trace, routes: routes?.map((table) => table ?? undefined) };
}

/** What both networks must agree on. */
function expected(trace: ReferenceTrace): object {
  const { arrivals, linkFlits, linkBlocked, linkBlockedBy, interference } = referenceNoc(trace);
  return {
    arrivals,
    linkFlits: linkFlits.flat(2),
    linkBlocked: linkBlocked.flat(),
    linkBlockedTenants: linkBlockedBy.flat(2),
    interference,
  };
}

function found(trace: ReferenceTrace, options?: Parameters<typeof probeNoc>[2]): object {
  const { arrivals, linkFlits, linkBlocked, linkBlockedTenants, interference } = probeNoc(kernel, trace, options);
  return { arrivals, linkFlits, linkBlocked, linkBlockedTenants, interference };
}

function compare(trace: ReferenceTrace): void {
  const reference = expected(trace);
  expect(found(trace)).toEqual(reference);
  expect(found(trace, { slice: 7, reverse: true })).toEqual(reference);
}

/** Hold the property; keep the shrunk counterexample if it does not hold. */
function check(arbitrary: fc.Arbitrary<ReferenceTrace>): void {
  const run = fc.check(fc.property(arbitrary, compare), { seed, numRuns });
  if (!run.failed) return;
  const [trace] = run.counterexample ?? [];
  if (trace !== undefined) keep({ why: `differed with seed ${seed}`, ...trace });
  throw new Error(fc.defaultReportMessage(run) ?? 'the property does not hold');
}

/** One case a line. */
function keep(trace: Case): void {
  writeFileSync(CASES, `[\n${[...cases, trace].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
}

describe('traces that tell a network with one wrong rule from the right one', () => {
  it.each(cases.map((one) => [one.why, replayed(one)] as const))('%s', (_, one) => compare(one));
});

describe('random traces', () => {
  it('arrive in the same cycles and use the same links', () => check(traces));
  it('do so when packets may not take every channel', () => check(specialTraces));
  it('do so along tables, up to the deadlocks that these can end in', () => check(routedTraces));
});
