/** `vnpu run` and `vnpu plan` on the gallery: the report's own laws, equal runs, and every form of output. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import { CAUSES } from '../../src/model/causes.ts';
import type { Report, TenantReport } from '../../src/report/report.ts';
import { PROGRAM, temporaryFolder, vnpu, vnpuJson } from '../support/cli.ts';

const CYCLES = 20_000;
const short = ['run', 'twins', '--cycles', String(CYCLES)];

describe('vnpu run', () => {
  it('gives a report whose lost cycles add up, equal in everything but time when run again', async () => {
    const first: Report = await vnpuJson([...short, '--json']);
    expect(first).toMatchObject({ outcome: 'cycles', cycles: CYCLES, digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
    for (const { stalls, tiles } of first.tenants) {
      expect(Object.keys(stalls)).toEqual([...CAUSES]);
      expect(Object.values(stalls).reduce((sum, cycles) => sum + cycles, 0)).toBe(CYCLES * tiles.length);
    }
    const second: Report = await vnpuJson([...short, '--json']);
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    expect(first.seconds).toBeGreaterThan(0);
  });

  it('ends when done', async () => {
    const tiny = { version: 1, tenants: [{ topology: { width: 3, height: 3 }, workload: { iterations: 1 } }] };
    const report: Report = await vnpuJson(['run', '-', '--json'], JSON.stringify(tiny));
    expect(report.outcome).toBe('done');
    expect(report.tenants.map(({ status, iterations }: TenantReport) => [status, iterations])).toEqual([['done', 1]]);
  });

  it('prints a table and rows', async () => {
    expect((await vnpu(short)).stdout).toMatch(/20,000 cycles[\s\S]*\nA .*\nB /);
    const rows = (await vnpu([...short, '--csv'])).stdout.trimEnd().split('\r\n');
    expect(rows.map((row) => row.split(',').length)).toEqual(Array(3).fill(rows[0].split(',').length));
  });

  it('writes a trace that is JSON and names every core', async () => {
    const path = join(temporaryFolder(), 'trace.json');
    expect((await vnpu([...short, '--json', '--trace', path])).code).toBe(0);
    const events: { ph: string; name: string }[] = JSON.parse(readFileSync(path, 'utf8'));
    expect(events.filter(({ name }) => name === 'thread_name')).toHaveLength(18);
    expect(events.some(({ ph }) => ph === 'X')).toBe(true);
  });
});

describe('vnpu run --equal-weights', () => {
  /** Two cores short of a square, so that some edges are stretched; which, the weights decide. */
  const weighed = (edgeWeights: string) => ({
    version: 1,
    chip: { width: 6, height: 3, disabledTiles: [2, 9] },
    tenants: [{ name: 'A', mapping: 'similar', edgeWeights, workload: { iterations: 2 } }],
  });

  it('has the figures of the same experiment with equal weights beside its own', async () => {
    const args = ['run', '-', '--json'];
    const both = await vnpuJson([...args, '--equal-weights'], JSON.stringify(weighed('traffic')));
    const [alone, equal]: Report[] = [
      await vnpuJson(args, JSON.stringify(weighed('traffic'))),
      await vnpuJson(args, JSON.stringify(weighed('equal'))),
    ];
    expect(both.tenants).toEqual(alone.tenants);
    const [{ name, editDistance, cyclesPerIteration }] = equal.tenants;
    expect(both.equalWeights).toEqual([{ name, editDistance, cyclesPerIteration }]);
    const table = await vnpu(['run', '-', '--equal-weights'], JSON.stringify(weighed('traffic')));
    expect(table.stdout).toMatch(/equal weights[\s\S]*\nA .* %\n$/);
  });

  it('refuses an experiment in which nothing weighs its traffic', async () => {
    const { code, stderr } = await vnpu(['run', '-', '--equal-weights'], JSON.stringify(weighed('equal')));
    expect(code).toBe(1);
    expect(stderr).toContain('no tenant has edge weights but "equal"');
  });
});

describe('vnpu plan --defragment', () => {
  it('proposes moves with their cost', async () => {
    // one core in the middle of 3 x 3: in a corner it leaves 2 x 3 instead of 1 x 3
    const document = {
      version: 1,
      chip: { width: 5, height: 3 },
      tenants: [{ name: 'A', topology: { width: 1, height: 1 }, placement: [7], workload: { model: 'squeezenet' } }],
    };
    const [move, ...more] = await vnpuJson(['plan', '-', '--defragment', '--json'], JSON.stringify(document));
    expect(more).toEqual([]);
    expect(move).toMatchObject({ tenant: 0, movedCores: 1, freeBefore: 3, freeAfter: 6 });
    expect(move.bytes).toBeGreaterThan(0);
    const { stdout } = await vnpu(['plan', '-', '--defragment'], JSON.stringify(document));
    expect(stdout).toContain(`1 cores move with ${move.bytes} bytes of scratchpad`);
  });
});

describe('routes made by hand', () => {
  it('are run into their deadlock where that is asked for: exit code 3, and the circle', async () => {
    const { code, stdout } = await vnpu(['run', 'deadlock', '--json']);
    expect(code).toBe(3);
    const report: Report = JSON.parse(stdout);
    expect(report.outcome).toBe('deadlock');
    const links = report.deadlock!.circle.map(({ from, to }) => `${from} > ${to}`);
    expect(links.sort()).toEqual(['10 > 9', '5 > 6', '6 > 10', '9 > 5']);
    const table = await vnpu(['run', 'deadlock']);
    expect(table.code).toBe(3);
    expect(table.stdout).toMatch(
      /^deadlocked after .*\n(.*\n)+channel 0 of link 5 > 6 .*waits for channel 0 of link 6 > 10$/m,
    );
  });

  it('are refused where it is not, with the circle', async () => {
    const { circles, ...rest } = galleryEntry('deadlock')!.document;
    expect(circles).toBe('watch');
    const { code, stdout, stderr } = await vnpu(['run', '-'], JSON.stringify(rest));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/traffic\.routes: .*around the tiles (\d+ > ){4}\d+; .*"circles": "watch"/);
  });

  it('are listed in the plan', async () => {
    expect((await vnpu(['plan', 'deadlock'])).stdout).toMatch(/^route by hand: 6 > 10 > 9$/m);
  });
});

describe('vnpu plan', () => {
  it('shows placement, tables and a program per core', async () => {
    const { stdout, code } = await vnpu(['plan', 'twins']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^stages of A, cycles .*\ncores +stage +operators +split +cycles/m);
    expect(stdout).toMatch(/^A0 +conv1\S* +conv1 \.\. \S+ +whole +[\d,]+/m);
    expect(stdout).toMatch(/^M +A0 +A1 +A2 +B2 +B1 +B0 +M$/m);
    expect(stdout).toMatch(
      /routing table of A: compact, one entry \(0 at tile 1, 3 x 3\), 19 bits; standard would be 9 entries/,
    );
    // A is paged; B has an entry of 48 + 48 + 32 + 4 + 8 bits per tensor
    expect(stdout).toMatch(/range translation table of A: not held by its cores/);
    const [, entries, bytes] =
      /range translation table of B: (\d+) entries of 140 bits \(.*last_v 8\), 18 bytes each, (\d+) in each core\n/.exec(
        stdout,
      )!;
    expect(Number(bytes)).toBe(Number(entries) * 18);
    expect(stdout.match(/^program of [AB]\d/gm)).toHaveLength(18);
  });

  it('is quiet when its reader goes away', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'plan', 'twins', '--json']);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.stdout.once('data', () => child.stdout.destroy());
    await new Promise((resolve) => child.once('close', resolve));
    expect(stderr).toBe('');
  });
});
