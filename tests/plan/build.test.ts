import { describe, expect, it } from 'vitest';
import { GALLERY, galleryEntry } from '../../src/experiment/gallery.ts';
import { setPlacement, setTranslation } from '../../src/experiment/edits.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import type { Plan, TenantPlan } from '../../src/model/plan.ts';
import { forEachInstruction } from '../../src/model/program.ts';
import { READ, WRITE, vcoreCount } from '../../src/model/vnpu.ts';
import { layerMacs, workloadMacs } from '../../src/model/workload.ts';
import { buildPlan, fairMemoryBytesPerCycle } from '../../src/plan/build.ts';
import { mapperOf } from '../../src/engine/mapping.ts';
import { mappingModule } from '../support/mapping.ts';

const mapper = mapperOf(mappingModule);
const planOf = (document: ExperimentDocument): Plan => {
  const plan = buildPlan(resolve(document), mapper);
  if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
  return plan.value;
};

const refusal = (input: object): string => {
  const document = parseDocument(input);
  if (!document.ok) throw new Error(JSON.stringify(document.problems));
  const plan = buildPlan(resolve(document.value), mapper);
  if (plan.ok) throw new Error('planned');
  return plan.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
};

const twins = galleryEntry('twins')!.document;

/** Every load and store lies inside one range that allows it. */
function strayTransfers(tenant: TenantPlan): string[] {
  const stray: string[] = [];
  for (const program of tenant.programs) {
    forEachInstruction(program.steps, (step) => {
      if (step.op !== 'load' && step.op !== 'store') return;
      const needed = step.op === 'load' ? READ : WRITE;
      const inside = tenant.ranges.some(
        ({ virtualBase, bytes, permission }) =>
          step.address >= virtualBase &&
          step.address + step.bytes <= virtualBase + bytes &&
          (permission & needed) !== 0,
      );
      if (!inside) stray.push(`${tenant.name}${program.vcore} ${step.op} ${step.address} ${step.bytes}`);
    });
  }
  return stray;
}

/** Multiply-accumulates that the matmul instructions of one iteration do. */
function programMacs({ programs, iterations }: TenantPlan): number {
  let macs = 0;
  for (const { steps } of programs) {
    forEachInstruction(steps, (step, times) => {
      if (step.op === 'matmul') macs += step.M * step.N * step.K * times;
    });
  }
  return macs / iterations;
}

describe.each(GALLERY)('the plan of $name', ({ document }) => {
  const plan = planOf(document);
  const experiment = resolve(document);

  it('has a program and a tile for every virtual core', () => {
    plan.tenants.forEach((tenant, index) => {
      const cores = vcoreCount(experiment.tenants[index].topology);
      expect(tenant.tiles).toHaveLength(cores);
      expect(tenant.programs.map(({ vcore }) => vcore)).toEqual(Array.from({ length: cores }, (_, vcore) => vcore));
    });
  });

  it('does exactly the work of the networks', () => {
    for (const tenant of plan.tenants) {
      expect(programMacs(tenant)).toBe(workloadMacs(tenant.workload));
      expect(tenant.macs).toBe(tenant.workload.layers.reduce((sum, layer) => sum + layerMacs(layer), 0));
    }
  });

  it('loads and stores only what its tables map', () => {
    for (const tenant of plan.tenants) expect(strayTransfers(tenant)).toEqual([]);
  });

  it('fits into every scratchpad', () => {
    for (const { programs } of plan.tenants) {
      for (const { scratchpad } of programs) {
        const bytes = scratchpad.reduce((sum, area) => sum + area.bytes, 0);
        expect(bytes).toBeLessThanOrEqual(plan.chip.scratchpadBytes);
      }
    }
  });

  it('shares the whole bandwidth among its tenants', () => {
    const { chip, tenants } = experiment;
    const shares = tenants.map((tenant) => fairMemoryBytesPerCycle(chip, tenants, tenant));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(
      chip.memoryBytesPerCycle * chip.memoryTiles.length,
      6,
    );
  });
});

describe('programs', () => {
  it('depend neither on translation nor on placement: only the tables change', () => {
    const before = planOf(twins).tenants[0];
    const moved = planOf(setPlacement(twins, 0, [25, 26, 27, 33, 34, 35, 41, 42, 43])).tenants[0];
    const translated = planOf(setTranslation(twins, 0, { kind: 'physical' })).tenants[0];
    expect(moved.programs).toEqual(before.programs);
    expect(moved.tiles).not.toEqual(before.tiles);
    expect(translated.programs).toEqual(before.programs);
  });

  it('of twins are equal', () => {
    const [a, b] = planOf(twins).tenants;
    expect(b.programs).toEqual(a.programs);
    expect(b.ranges.map(({ virtualBase }) => virtualBase)).toEqual(a.ranges.map(({ virtualBase }) => virtualBase));
    expect(b.ranges[0].physicalBase).toBeGreaterThan(a.ranges.at(-1)!.physicalBase);
  });
});

describe('what cannot be planned', () => {
  it('is said with the path of the tenant', () => {
    expect(refusal({ version: 1, tenants: [{}, { topology: { width: 6, height: 5 } }] })).toMatch(
      /^tenants\.1\.topology: "B"/,
    );
  });

  it('more virtual cores than a network is compiled for', () => {
    const tenants = [{ topology: { width: 20, height: 13 } }];
    expect(refusal({ version: 1, chip: { width: 22, height: 13 }, tenants })).toMatch(/^tenants\.0\.topology: 260 /);
  });

  it('a program too big for its scratchpad', () => {
    const message = refusal({ version: 1, chip: { scratchpadBytes: 16384 }, tenants: [{}] });
    expect(message).toMatch(/^tenants\.0\.workload: /);
    expect(message).toContain('16,384 bytes');
  });

  it('a network that the zoo does not have, with the key that names it', () => {
    const experiment = resolve(twins);
    const [a] = experiment.tenants;
    const plan = buildPlan({ ...experiment, tenants: [{ ...a, workload: { ...a.workload, model: 'none' } }] });
    expect(plan).toMatchObject({ ok: false, problems: [{ path: 'tenants.0.workload.model' }] });
  });

  it('nothing at all is a plan of an empty chip', () => {
    expect(planOf({ version: 1, stop: { cycles: 10 } })).toMatchObject({ tenants: [], stopCycles: 10 });
  });
});
