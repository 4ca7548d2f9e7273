/** What the page says is what the machine counted: the same document in Node gives the same numbers and the same digests. */
import { describe, expect } from 'vitest';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { decodeLink } from '../../src/experiment/link.ts';
import { CAUSE_GROUPS } from '../../src/model/causes.ts';
import { buildReport } from '../../src/report/build.ts';
import type { TenantReport } from '../../src/report/report.ts';
import { coresByTenant, totalsBetween } from '../../src/report/timeline.ts';
import { activeShares } from '../../src/ui/figures.ts';
import { percent } from '../../src/ui/numbers.ts';
import { GROUP_NAME } from '../../src/ui/texts.ts';
import { it } from '../support/browser.ts';
import { machineOf } from '../support/documents.ts';
import { eventually, twins, type Playground } from '../support/playground.ts';

const SHORT = twins(4);

/** Report of a document after so many cycles, or at its end. */
function report(document: ExperimentDocument, cycles = 2 ** 31 - 1) {
  const machine = machineOf(document);
  machine.run(cycles);
  return buildReport(machine.plan, machine.snapshot(), 0);
}

/** Percent of a tenant's time, without what lies before its first and after its last instruction. */
function translationPercent({ stalls }: TenantReport): number {
  const active = Object.values(stalls).reduce((sum, cycles) => sum + cycles, 0) - stalls.idle;
  return Math.round((100 * stalls.translation) / active);
}

/** Where the time between the ends of the third and the last of four iterations went: nine stages never fill, so k is three. */
function lastIteration(document: ExperimentDocument, tenant: number): string[] {
  const machine = machineOf(document);
  machine.run(2 ** 31 - 1);
  const { cores, tenants } = machine.snapshot();
  const [, , from, to] = tenants[tenant].iterationEnd;
  const shares = activeShares(totalsBetween(machine.timeline(), coresByTenant(cores, 2)[tenant], from, to));
  return CAUSE_GROUPS.flatMap((group, i) => (shares[i] > 0.0005 ? [`${GROUP_NAME[group]} ${percent(shares[i])}`] : []));
}

async function shared(playground: Playground) {
  await playground.button('Share').click();
  await playground.page.getByRole('checkbox').waitFor();
  const opened = decodeLink(await playground.page.getByTestId('link').inputValue());
  if (!opened.ok) throw new Error(opened.problems[0].message);
  return opened.value;
}

describe('at the end of a run', () => {
  it('headline, cards and digest are those of the report', async ({ playground }) => {
    const { cycles, digest, tenants } = report(SHORT);
    const [slow, fast] = tenants.map((tenant) => tenant.cyclesPerIteration!);
    await playground.open({ document: SHORT });
    await playground.flatOut();
    await eventually(() => playground.second).toBe(
      `Done after ${cycles.toLocaleString('en-US')} cycles, digest ${digest}.`,
    );
    const words = /A takes ([\d.]+) times as long: (\d+) % goes to address translation \(B: (\d+) %\)/;
    const [ratio, ofA, ofB] = words
      .exec(await playground.headline)!
      .slice(1)
      .map(Number);
    expect(Math.abs(ratio - slow / fast)).toBeLessThanOrEqual(ratio < 2 ? 0.005 : 0.05);
    expect([ofA, ofB]).toEqual(tenants.map(translationPercent));
    for (const [tenant, cyclesPerIteration] of [slow, fast].entries()) {
      const shown = await playground.page.getByTestId(`per-iteration-${tenant}`).innerText();
      expect(shown).toBe(Math.round(cyclesPerIteration).toLocaleString('en-US'));
      const bar = playground.card('AB'[tenant]).getByRole('img').first();
      const parts = () => bar.getAttribute('aria-label').then((label) => label!.match(/[a-z][a-z ]* \d+ %(?= of)/g));
      await eventually(parts).toEqual(lastIteration(SHORT, tenant));
    }
  });

  it('the last picture is held, and a button runs it again', async ({ playground }) => {
    await playground.open({ document: twins(1) });
    await playground.flatOut();
    await eventually(() => playground.second).toMatch(/^Done after/);
    const end = await playground.cycle();
    const last = await playground.second;
    await playground.slowest();
    await playground.button('Run again').click();
    await eventually(() => playground.second).not.toBe(last);
    await playground.flatOut();
    await eventually(() => playground.second).toBe(last);
    expect(await playground.cycle()).toBe(end);
  });
});

describe('in the middle of a run', () => {
  it('Chromium and Node have the same digest at the cycle where the page stands', async ({ playground }) => {
    await playground.open();
    await playground.pause();
    const { document, result } = await shared(playground);
    expect(result!.cycle).toBeGreaterThan(0);
    expect(report(document, result!.cycle)).toMatchObject({ cycles: result!.cycle, digest: result!.digest });
  });

  it('one cycle at a time', async ({ playground }) => {
    await playground.open({ document: SHORT, query: '?run=0' });
    for (let cycle = 1; cycle <= 5; cycle++) {
      await playground.button('One cycle forward').click();
      await eventually(() => playground.cycle()).toBe(cycle);
    }
    const { result } = await shared(playground);
    expect(result).toEqual({ cycle: 5, digest: report(SHORT, 5).digest });
  });
});
