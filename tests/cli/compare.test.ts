/** `vnpu compare`: a row per mode on one clock, in three forms, alone or beside the same neighbours. */
import { describe, expect, it } from 'vitest';
import { CAUSES } from '../../src/model/causes.ts';
import { MODES } from '../../src/model/vnpu.ts';
import type { Compared, ModeRow } from '../../src/report/comparison.ts';
import { temporaryFile, vnpu, vnpuJson } from '../support/cli.ts';

const workload = { model: 'squeezenet', iterations: 2 };
const document = {
  version: 1,
  tenants: [
    { name: 'B', topology: { width: 2, height: 2 }, workload: { ...workload, iterations: 4, weights: 'stream' } },
    { name: 'A', topology: { width: 3, height: 2 }, workload },
  ],
};
interface Comparison {
  readonly tenant: string;
  readonly alone: boolean;
  readonly modes: readonly Compared[];
}

describe('vnpu compare', () => {
  it('runs each mode to the end of the tenant, alone as the only one', async () => {
    const args = ['compare', temporaryFile(document), '--tenant', 'A', '--json'];
    const beside: Comparison = await vnpuJson(args);
    const alone: Comparison = await vnpuJson([...args, '--alone']);
    expect([beside.tenant, beside.alone, alone.alone]).toEqual(['A', false, true]);
    for (const { modes } of [beside, alone]) {
      expect(modes.map(({ mode }) => mode)).toEqual([...MODES]);
      for (const row of modes as readonly ModeRow[]) {
        expect(row).toMatchObject({ status: 'done', iterations: 2, tiles: 6 });
        expect(Object.keys(row.stalls)).toEqual([...CAUSES]);
        expect(row.endCycle).toBeGreaterThanOrEqual(row.firstLatencyCycles!);
      }
    }
    const end = ({ modes }: Comparison, mode: string): number =>
      (modes.find((row) => row.mode === mode) as ModeRow).endCycle;
    expect(end(alone, 'uvm')).toBeGreaterThan(1.2 * end(alone, 'bare'));
    expect(end(beside, 'vnpu')).toBeGreaterThan(end(alone, 'vnpu'));
  });

  it('equals `vnpu run` of the same document in that mode', async () => {
    const one = (mode: string) => ({
      version: 1,
      tenants: [{ name: 'A', mode, topology: { width: 3, height: 2 }, workload }],
    });
    const { modes }: Comparison = await vnpuJson(['compare', temporaryFile(one('vnpu')), '--json']);
    const report = await vnpuJson(['run', temporaryFile(one('uvm')), '--json']);
    const uvm = modes.find(({ mode }) => mode === 'uvm') as ModeRow;
    expect(uvm.cyclesPerIteration).toBe(report.tenants[0].cyclesPerIteration);
    expect(uvm.stalls).toEqual(report.tenants[0].stalls);
  });

  it('prints a table, or comma-separated values, and says which mode cannot be run', async () => {
    const large = {
      version: 1,
      tenants: [
        { name: 'A', topology: { width: 6, height: 2 }, workload },
        { name: 'B', topology: { width: 6, height: 4 }, workload },
      ],
    };
    const file = temporaryFile(large);
    const table = await vnpu(['compare', file]);
    expect(table.stderr).toContain('mig cannot be run: "B" asks for 6 x 4 virtual cores, but 18 of 36 cores are free');
    expect(table.stdout).toMatch(
      /^mode +cores +cycles\/iteration +steady +of bare[^\n]*\nvnpu[^\n]*\nbare[^\n]*1\.000[^\n]*\nuvm[^\n]*\nmig +refused\nzigzag/,
    );
    expect(table.stderr).toContain('some are too short for a steady figure');
    const rows = (await vnpu(['compare', file, '--csv'])).stdout.trimEnd().split('\r\n');
    expect(rows.map((row) => row.split(',')[0])).toEqual(['mode', 'vnpu', 'bare', 'uvm', 'zigzag']);
    expect(new Set(rows.map((row) => row.split(',').length)).size).toBe(1);
    expect(rows[0]).toContain('stalls.switch');
  });

  it('names the nearest tenant', async () => {
    const { code, stderr } = await vnpu(['compare', temporaryFile(document), '--tenant', 'a']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('there is no tenant "a"; did you mean "A"?')]);
    const traffic = await vnpu(['compare', temporaryFile({ version: 1, traffic: {} })]);
    expect([traffic.code, traffic.stderr]).toEqual([1, expect.stringContaining('synthetic traffic has no modes')]);
  });
});
