import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import {
  addTenant,
  editTenant,
  placeTogether,
  removeTenant,
  renameTenant,
  setChip,
  setExperiment,
  setPlacement,
  setStages,
  setTranslation,
} from '../../src/experiment/edits.ts';
import { galleryEntry } from '../../src/experiment/gallery.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';
import { anyDocument } from './arbitraries.ts';

const twins = galleryEntry('twins')!.document;
const WEST = [1, 2, 3, 9, 10, 11, 17, 18, 19];

describe('one edit of the twins', () => {
  it('translation: only what is named changes, and the default leaves no trace', () => {
    const many = setTranslation(twins, 0, { entries: 32 });
    expect(resolve(many).tenants[0].translation).toEqual({ kind: 'page', entries: 32, pageBytes: 4096, lastV: true });
    const same = setTranslation(twins, 0, { kind: 'vchunk' });
    expect(same.tenants![0]).not.toHaveProperty('translation');
    expect(same.tenants![1]).toEqual(twins.tenants![1]);
  });

  it('placement: by hand, and back to the policy', () => {
    const moved = WEST.map((tile) => tile + 24);
    expect(setPlacement(twins, 0, moved).tenants![0].placement).toEqual(moved);
    expect(setPlacement(twins, 0, undefined).tenants![0]).not.toHaveProperty('placement');
  });

  it('all tenants together: no placement by hand is left, and the given order leaves no trace', () => {
    const together = placeTogether(twins, true);
    expect(together.placementOrder).toBe('best');
    expect(twins.tenants!.every(({ placement }) => placement !== undefined)).toBe(true);
    expect(together.tenants!.some((tenant) => 'placement' in tenant)).toBe(false);
    expect(placeTogether(setPlacement(together, 0, WEST), false)).toEqual(
      setPlacement({ ...together, placementOrder: undefined }, 0, WEST),
    );
  });

  it('tenant: a new shape loses its hand placement, a new model does not', () => {
    expect(editTenant(twins, 0, { topology: { width: 2 } }).tenants![0]).not.toHaveProperty('placement');
    expect(editTenant(twins, 0, { topology: { width: 9, height: 1 } }).tenants![0]).not.toHaveProperty('placement');
    const other = editTenant(twins, 0, { workload: { model: 'gpt2-small' } }).tenants![0];
    expect(other.placement).toEqual(WEST);
    expect(other.workload).toEqual({ model: 'gpt2-small', iterations: 24, weights: 'stream' });
  });

  it('stages: by hand, in short form, back to the compiler; they go with the network and the number of cores', () => {
    const cut = setStages(twins, 0, [{ first: 'conv1', cores: 1, split: 'rows' }, { first: 'layer2.0.conv1' }]);
    expect(cut.tenants![0].workload?.stages).toEqual([{ first: 'conv1' }, { first: 'layer2.0.conv1' }]);
    expect(resolve(cut).tenants[0].workload.stages).toHaveLength(2);
    expect(setStages(cut, 0, undefined)).toEqual(twins);
    expect(editTenant(cut, 0, { workload: { iterations: 9 } }).tenants![0].workload?.stages).toHaveLength(2);
    expect(editTenant(cut, 0, { topology: { width: 9, height: 1 } }).tenants![0].workload?.stages).toHaveLength(2);
    for (const change of [{ workload: { model: 'resnet34' } }, { topology: { width: 4 } }])
      expect(editTenant(cut, 0, change).tenants![0].workload).not.toHaveProperty('stages');
  });

  it('tenants: added with the first free letter, renamed, removed; the others keep their names', () => {
    const three = addTenant(twins, { workload: { iterations: 2 } });
    expect(three.tenants!.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
    const without = removeTenant(three, 0);
    expect(without.tenants!.map(({ name }) => name)).toEqual(['B', 'C']);
    expect(addTenant(without).tenants!.map(({ name }) => name)).toEqual(['B', 'C', 'A']);
    expect(renameTenant(twins, 1, 'Fast').tenants![1].name).toBe('Fast');
    expect(removeTenant(removeTenant(twins, 0), 0)).not.toHaveProperty('tenants');
  });

  it('chip: a taller mesh keeps placements, a wider one moves them along, a narrower one drops what falls off', () => {
    expect(setChip(twins, { height: 8 }).tenants![0].placement).toEqual(WEST);
    const wider = setChip(twins, { width: 10 });
    expect(wider.tenants![0].placement).toEqual([1, 2, 3, 11, 12, 13, 21, 22, 23]);
    const narrower = setChip(twins, { width: 7 });
    expect(narrower.tenants![0].placement).toEqual([1, 2, 3, 8, 9, 10, 15, 16, 17]);
    expect(narrower.tenants![1]).not.toHaveProperty('placement'); // x = 6 is the memory column now
    expect(setChip(twins, { scratchpadBytes: undefined })).not.toHaveProperty('chip');
    expect(setChip(twins, { disabledTiles: [1] }).tenants![0]).not.toHaveProperty('placement');
  });

  it('chip: values that are no chip are left to the reader to refuse', () => {
    for (const change of [{ width: 1e9 }, { width: 0 }, { height: NaN }, { preset: 'toString' }]) {
      expect(parseDocument(setChip(twins, change)).ok).toBe(false);
    }
  });

  it('title and note', () => {
    expect(setExperiment(twins, { title: 'Two', stop: { cycles: 5 } })).toMatchObject({
      title: 'Two',
      stop: { cycles: 5 },
    });
  });
});

describe('any edit of any document', () => {
  const edit = fc.constantFrom<(d: ExperimentDocument, n: number) => ExperimentDocument>(
    (d, n) => setTranslation(d, n, { kind: 'page' }),
    (d, n) => setPlacement(d, n, [1, 2]),
    (d, n) => editTenant(d, n, { workload: { tokens: 7 } }),
    (d, n) => renameTenant(d, n, 'Z'),
    (d) => addTenant(d),
    (d, n) => removeTenant(d, n),
    (d, n) => setChip(d, { width: 1 + n }),
    (d) => setExperiment(d, { seed: 3 }),
  );

  it('is canonical and leaves the old document as it was', () => {
    fc.assert(
      fc.property(anyDocument, edit, fc.nat(15), (document, change, n) => {
        const before = JSON.stringify(document);
        const after = change(document, n);
        expect(JSON.stringify(document)).toBe(before);
        expect(JSON.stringify(canonical(after))).toBe(JSON.stringify(after));
      }),
    );
  });
});
