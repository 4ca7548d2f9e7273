import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import { DEFAULT_ENTRY, GALLERY, galleryEntry } from '../../src/experiment/gallery.ts';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import { coreTiles } from '../../src/model/chip.ts';
import { tileX, tileY } from '../../src/model/mesh.ts';
import { vcoreCount } from '../../src/model/vnpu.ts';

describe('the gallery', () => {
  it.each(GALLERY)('$name is a valid, canonical document with a note', ({ name, document }) => {
    expect(parseDocument(document)).toEqual({ ok: true, value: document });
    expect(JSON.stringify(canonical(document))).toBe(JSON.stringify(document));
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(document.note).toMatch(/\?$/);
  });

  it('has entries with names of their own, the default among them', () => {
    expect(new Set(GALLERY.map(({ name }) => name)).size).toBe(GALLERY.length);
    expect(GALLERY.map(({ name }) => name)).toEqual([
      'twins',
      'pages-stall',
      'last-v',
      'foreign-packets',
      'one-entry',
      'cap',
      'resnet-beside-gpt2',
      'room',
      'alone',
      'crowded',
      'knee',
      'one-channel',
      'deadlock',
      'lock-in',
    ]);
    expect(galleryEntry(DEFAULT_ENTRY)).toBe(GALLERY[0]);
  });

  it('twins differ in translation and nothing else; they mirror each other and leave 18 cores free', () => {
    const { chip, tenants } = resolve(galleryEntry('twins')!.document);
    const [a, b] = tenants;
    expect({ ...a, name: '', placement: [], translation: {} }).toEqual({
      ...b,
      name: '',
      placement: [],
      translation: {},
    });
    expect([a.translation.kind, b.translation.kind]).toEqual(['page', 'vchunk']);
    a.placement!.forEach((tile, vcore) => {
      expect(tileX(chip, b.placement![vcore])).toBe(chip.width - 1 - tileX(chip, tile));
      expect(tileY(chip, b.placement![vcore])).toBe(tileY(chip, tile));
    });
    expect([tileX(chip, a.placement![0]), tileX(chip, b.placement![0])]).toEqual([1, 6]);
    const taken = new Set([...a.placement!, ...b.placement!]);
    expect(coreTiles(chip).filter((tile) => !taken.has(tile))).toHaveLength(18);
  });

  it('crowded asks for every core of the chip', () => {
    const { chip, tenants } = resolve(galleryEntry('crowded')!.document);
    const asked = tenants.reduce((sum, { topology }) => sum + vcoreCount(topology), 0);
    expect(asked).toBe(coreTiles(chip).length);
    expect(new Set(tenants.map(({ workload }) => workload.model)).size).toBe(2);
  });
});
