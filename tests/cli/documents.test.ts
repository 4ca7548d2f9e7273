/** What DOC may be, what comes back from a link, and what is said about a wrong one. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import { GALLERY } from '../../src/experiment/gallery.ts';
import { temporaryFile, temporaryFolder, vnpu, vnpuJson } from '../support/cli.ts';

const document = {
  version: 1,
  title: 'One',
  tenants: [{ topology: { width: 2, height: 1 }, workload: { iterations: 2 } }],
};

describe('share and open', () => {
  it.each(GALLERY.map((entry) => [entry.name, entry] as const))(
    'bring %s back in canonical form',
    async (name, entry) => {
      const { stdout: link } = await vnpu(['share', name]);
      expect(link).toMatch(/^x0\.e\.[\w-]+\.[0-9a-f]{8}\n$/);
      expect(await vnpuJson(['open', link.trim(), '--json'])).toEqual(canonical(entry.document));
    },
  );

  it('bring a file back, from a fragment, a URL or stdin', async () => {
    const { link } = await vnpuJson(['share', temporaryFile(document), '--json']);
    const expected = canonical({ ...document, version: 1, tenants: [{ ...document.tenants[0], name: 'A' }] });
    for (const form of [link, `#${link}`, `https://example.org/a/#${link}`, `${link}~m2`]) {
      expect(await vnpuJson(['open', form, '--json'])).toEqual(expected);
    }
    expect(await vnpuJson(['open', '-', '--json'], link)).toEqual(expected);
    expect(await vnpuJson(['open', '-', '--json'], JSON.stringify(document))).toEqual(expected);
  });

  it('carry a result, which a later run reproduces', async () => {
    const path = temporaryFile(document);
    const { link, result } = await vnpuJson(['share', path, '--run', '--cycles', '3000', '--json']);
    expect(result).toEqual({ cycle: 3000, digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const again = await vnpu(['run', link, '--cycles', '4000', '--json']);
    expect(again.stderr).toMatch(/^reproduced: .* cycle 3000/);
    expect(JSON.parse(again.stdout).cycles).toBe(4000);
    const short = await vnpu(['run', link, '--cycles', '2000', '--json']);
    expect(short.stderr).toMatch(/not reached/);
  });
});

describe('a wrong DOC', () => {
  const broken = (change: object): string => JSON.stringify({ ...document, ...change });

  it.each([
    ['not JSON', '{"version": 1,', /stdin: .*line 1/],
    ['nothing', '', /stdin: /],
    ['an unknown key', broken({ tenant: [] }), /tenants/],
    ['a wrong value', broken({ chip: { width: 0 } }), /chip\.width: is 0; .*1/],
    ['a later version', broken({ version: 2 }), /version/],
    ['a tenant too large', broken({ tenants: [{ topology: { width: 9, height: 9 } }] }), /tenants\.0/],
    [
      'a tile used twice',
      broken({ tenants: [{ topology: { width: 2, height: 1 }, placement: [9, 9] }] }),
      /tenants\.0\.placement/,
    ],
  ])('%s: exit 1, where and what', async (_, text, says) => {
    const { code, stdout, stderr } = await vnpu(['run', '-'], text);
    expect(stderr).toMatch(says);
    expect([code, stdout]).toEqual([1, '']);
  });

  it('names the file, or the nearest gallery entry', async () => {
    expect((await vnpu(['run', temporaryFolder()])).stderr).toMatch(/it is a folder/);
    const { code, stderr } = await vnpu(['run', 'twinz']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^twinz: .*"twins"/)]);
  });

  it('is a link that was cut', async () => {
    const { stdout } = await vnpu(['share', 'twins']);
    const { code, stderr } = await vnpu(['open', stdout.trim().slice(0, -3)]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/cannot be opened/)]);
  });

  it('is refused before a trace is written, and so is a trace that cannot be', async () => {
    const { code, stderr } = await vnpu(['run', 'twins', '--trace', join(temporaryFolder(), 'none', 'trace.json')]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/--trace .*no such file/)]);
  });
});
