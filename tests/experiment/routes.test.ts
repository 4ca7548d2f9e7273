/** Routes made by hand in a document: what is refused and where, their canonical form, and when edits take them out. */
import { describe, expect, it } from 'vitest';
import { canonical } from '../../src/experiment/canonical.ts';
import { setChip, setPlacement } from '../../src/experiment/edits.ts';
import { parseDocument } from '../../src/experiment/parse.ts';
import type { ExperimentDocument } from '../../src/experiment/schema.ts';

const withRoutes = (routes: unknown, more: object = {}): object => ({
  version: 1,
  chip: { preset: 'mesh-3x3' },
  traffic: { routes },
  ...more,
});

function parsed(document: object): ExperimentDocument {
  const result = parseDocument(document);
  if (!result.ok) throw new Error(result.problems[0].message);
  return result.value;
}

// 0 1 2 / 3 4 5 / 6 7 8
describe('a route is refused', () => {
  it.each([
    [[{ tiles: [0] }], 'traffic.routes.0.tiles', /fewer than two tiles/],
    [[{ tiles: [0, 1] }, { tiles: [0, 9] }], 'traffic.routes.1.tiles.1', /tile 9 is outside; the 3 x 3 mesh/],
    [[{ tiles: [0, 4] }], 'traffic.routes.0.tiles.1', /tile 4 is no neighbour of tile 0/],
    [[{ tiles: [2, 3] }], 'traffic.routes.0.tiles.1', /tile 3 is no neighbour of tile 2/],
    [[{ tiles: [0, 1, 0, 3] }], 'traffic.routes.0.tiles.2', /tile 0 is on this route already/],
    [[{ tiles: [0, 1], channels: [] }], 'traffic.routes.0.channels', /empty list/],
    [[{ tiles: [0, 1], channels: [2] }], 'traffic.routes.0.channels.0', /no channel 2; ports have 0 to 1/],
    [[{ tiles: [0, 1, 4] }, { tiles: [3, 0, 3, 4] }], 'traffic.routes.1.tiles.2', /on this route already/],
    [[{ tiles: [0, 1, 4] }, { tiles: [0, 3, 4] }], 'traffic.routes.1.tiles', /from tile 0 to tile 4 as route 0 does/],
    [
      [{ tiles: [0, 1, 4] }, { tiles: [2, 1, 0, 3, 4] }],
      'traffic.routes.1.tiles.2',
      /leaves tile 1 for tile 0, route 0 for tile 4/,
    ],
    [[{ tiles: [0, 1], vcs: [0] }], 'traffic.routes.0', /"vcs" is not a key/],
    [[[0, 1]], 'traffic.routes.0', /must be a JSON object/],
    [7, 'traffic.routes', /must be a list/],
  ])('%j', (routes, path, message) => {
    const result = parseDocument(withRoutes(routes));
    if (result.ok) throw new Error('accepted');
    expect(result.problems[0].path.startsWith(path)).toBe(true);
    expect(result.problems[0].message).toMatch(message);
  });

  it('of a tenant whose mode sends no messages between cores', () => {
    const tenants = [{ mode: 'uvm', routes: [{ tiles: [1, 2] }] }];
    const result = parseDocument({ version: 1, tenants });
    expect(result).toMatchObject({ ok: false, problems: [{ path: 'tenants.0.routes' }] });
  });

  it('of a tenant that names a channel which its ports do not have', () => {
    const withChannel = (channel: number): object => ({
      version: 1,
      tenants: [{ routes: [{ tiles: [1, 2] }, { tiles: [2, 1], channels: [0, channel] }] }],
    });
    expect(parsed(withChannel(1)).tenants?.[0].routes?.[1].channels).toEqual([0, 1]);
    expect(parseDocument(withChannel(2))).toMatchObject({
      ok: false,
      problems: [{ path: 'tenants.0.routes.1.channels.1', message: 'there is no channel 2; ports have 0 to 1' }],
    });
  });
});

describe('the canonical form', () => {
  it('keeps routes as they are, with channels in order, and leaves out what says nothing', () => {
    const given = parsed(withRoutes([{ channels: [1, 0, 1], tiles: [0, 1] }], { circles: 'refuse' }));
    expect(canonical(given).traffic).toEqual({ routes: [{ tiles: [0, 1], channels: [0, 1] }] });
    expect(canonical(given).circles).toBeUndefined();
    expect(canonical(parsed(withRoutes([]))).traffic).toEqual({});
    expect(canonical(parsed(withRoutes([], { circles: 'watch' }))).circles).toBe('watch');
  });
});

describe('an edit takes routes out', () => {
  it('that gives the mesh another size', () => {
    const document = parsed(withRoutes([{ tiles: [0, 1] }]));
    expect(setChip(document, { bufferDepth: 4 }).traffic?.routes).toHaveLength(1);
    expect(setChip(document, { width: 4 }).traffic?.routes).toBeUndefined();
  });

  it('that moves a core of their tenant', () => {
    const document = parsed({ version: 1, tenants: [{ routes: [{ tiles: [1, 2] }] }] });
    expect(setPlacement(document, 0, [1, 2, 3, 9, 10, 11, 17, 18, 19]).tenants?.[0].routes).toBeUndefined();
  });
});
