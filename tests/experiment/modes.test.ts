import { describe, expect, it } from 'vitest';
import { editTenant } from '../../src/experiment/edits.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';

const read = (tenant: object) => parseDocument({ version: 1, tenants: [tenant] });

describe('a mode', () => {
  it.each([
    ['vnpu', 'exact', 'vchunk'],
    ['bare', 'exact', 'physical'],
    ['zigzag', 'snake', 'vchunk'],
    ['uvm', 'exact', 'page'],
    ['mig', 'exact', 'physical'],
  ])('%s means mapping %s and translation %s where the document is silent', (mode, mapping, kind) => {
    const parsed = read({ mode });
    expect(parsed.ok && resolve(parsed.value).tenants[0]).toMatchObject({ mode, mapping, translation: { kind } });
  });

  it.each([
    [{ mode: 'bare', translation: { kind: 'page' } }, 'translation.kind', '"page"'],
    [{ mode: 'uvm', translation: { kind: 'vchunk' } }, 'translation.kind', '"vchunk"'],
    [{ mode: 'mig', mapping: 'similar' }, 'mapping', '"similar"'],
    [{ mode: 'mig', topology: { width: 1, height: 1 }, placement: [1] }, 'placement', 'names tiles'],
    [{ mode: 'bare', routing: 'confined' }, 'routing', '"confined"'],
    [{ mode: 'uvm', routing: 'confined' }, 'routing', '"confined"'],
    [{ mode: 'mig', routing: 'confined' }, 'routing', '"confined"'],
    [{ mode: 'zigzag', mapping: 'exact' }, 'mapping', '"exact"'],
    [{ mode: 'zigzag', topology: { width: 1, height: 1 }, placement: [1] }, 'placement', 'names tiles'],
  ])('%j contradicts it and is an error', (tenant, path, what) => {
    const parsed = read(tenant);
    if (parsed.ok) throw new Error('accepted');
    expect(parsed.problems).toHaveLength(1);
    expect(parsed.problems[0].path).toBe(`tenants.0.${path}`);
    expect(parsed.problems[0].message).toContain(what);
  });

  it('changed by hand takes with it what contradicts the new one', () => {
    const parsed = read({ topology: { width: 1, height: 1 }, placement: [1], translation: { kind: 'page' } });
    if (!parsed.ok) throw new Error('refused');
    const bare = editTenant(parsed.value, 0, { mode: 'bare' }).tenants![0];
    expect(bare).toEqual({ name: 'A', mode: 'bare', topology: { width: 1, height: 1 }, placement: [1] });
    expect(editTenant(parsed.value, 0, { mode: 'zigzag' }).tenants![0]).not.toHaveProperty('placement');
  });
});
