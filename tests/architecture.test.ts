/** The rules of the house: who imports whom, what stands where, and how long a file may be. Each failure prints the reason. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as codes from '../assembly/codes.ts';
import * as layout from '../assembly/layout.ts';
import * as mappingLayout from '../assembly/mapping/layout.ts';
import {
  BANS,
  brokenBans,
  forbiddenImports,
  importsOf,
  notConstants,
  ROOMS,
  staticImportsOf,
  type Source,
} from './support/architecture.ts';

const LONGEST = 300;
/** Tables that are worth more whole: the memory map of the machine, and every text of the page. */
const TABLES = ['assembly/layout.ts', 'src/ui/texts.ts'];
const CODE = /\.(ts|mjs|js|svelte|html|css)$/;

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' });
const sources: Source[] = listed
  .split('\n')
  .filter((path) => CODE.test(path) && existsSync(path))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const under = (folder: string): Source[] => sources.filter(({ path }) => path.startsWith(folder));

describe('the house', () => {
  it('lets rooms import downwards only', () => {
    expect(under('src/').flatMap(forbiddenImports)).toEqual([]);
  });

  it('keeps the machine to itself: assembly imports assembly, its two shared files import nothing', () => {
    const outside = under('assembly/').flatMap(({ path, text }) => {
      const shared = /^assembly\/(layout|codes|mapping\/layout)\.ts$/.test(path);
      const wrong = importsOf(text).filter((specifier) => shared || !/^\.\/[\w/]+$/.test(specifier));
      return wrong.map((specifier) => `${path} imports ${specifier}: a second compiler reads it, without node_modules`);
    });
    expect(outside).toEqual([]);
  });

  it.each([
    ['layout', layout],
    ['codes', codes],
    ['mapping/layout', mappingLayout],
  ])('has only integer constants in assembly/%s.ts, so that two compilers agree on them', (name, values) => {
    expect(notConstants(readFileSync(`assembly/${name}.ts`, 'utf8'))).toEqual([]);
    const bad = Object.entries(values).filter(
      ([, value]) => !Number.isInteger(value) || value < 0 || value > 0x7fffffff,
    );
    expect(bad).toEqual([]);
    expect(Object.keys(values).length).toBeGreaterThan(0);
  });

  it('keeps components under ui', () => {
    const elsewhere = sources.filter(({ path }) => /\.svelte(\.ts)?$/.test(path) && !/^(src\/ui|tests)\//.test(path));
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  it('keeps words out of the rooms where they do harm', () => {
    expect(sources.flatMap(brokenBans)).toEqual([]);
  });

  it(`has no source file above ${LONGEST} lines`, () => {
    const lines = ({ text }: Source): number => text.split('\n').length - 1;
    const long = [...under('src/'), ...under('assembly/')].filter((source) => lines(source) > LONGEST);
    expect(long.map(({ path }) => path).filter((path) => !TABLES.includes(path))).toEqual([]);
  });

  it('starts installing, building and testing from files that need nothing installed', () => {
    const needs: string[] = [];
    const early = new Set(['start', 'test', 'build', 'bench'].map((name) => `src/cli/${name}.mjs`));
    for (const path of early) {
      for (const specifier of staticImportsOf(readFileSync(path, 'utf8'))) {
        if (/^\.\/[\w-]+\.mjs$/.test(specifier)) early.add(specifier.replace('.', 'src/cli'));
        else if (!specifier.startsWith('node:')) needs.push(`${path} imports ${specifier}`);
      }
    }
    expect(early.size).toBeGreaterThan(8);
    expect(needs).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it.each([
    ['src/model/a.ts', "import { b } from '../engine/b.ts';"],
    ['src/compiler/a.ts', "import type {\n  B,\n} from '../hypervisor/b.ts';"],
    ['src/report/a.ts', "export { b } from '../engine/machine.ts';"],
    ['src/ui/a.svelte', "<script>\n  const a = await import('../plan/build.ts');\n</script>"],
    ['src/engine/a.ts', "import '../../assembly/machine.ts';"],
    ['src/worker/a.ts', "import fs from 'node:fs';"],
    ['src/model/a.ts', "import * as v from 'valibot';"],
    ['src/garage/a.ts', ''],
  ])('find a forbidden import in %s: %s', (path, text) => {
    expect(forbiddenImports({ path, text })).toHaveLength(1);
  });

  it('allow what they should, and ignore comments', () => {
    const text =
      "import { a } from '../model/mesh.ts'; // from '../plan/x.ts'\n/* import '../ui/x.ts' */ import * as v from 'valibot';";
    expect(forbiddenImports({ path: 'src/experiment/a.ts', text })).toEqual([]);
    expect(Object.keys(ROOMS)).toHaveLength(11);
  });

  it.each([
    ['src/ui/a.ts', 'worker.postMessage(1)'],
    ['src/plan/a.ts', 'const x = Math.random();'],
    ['src/ui/a.svelte', '<p style="color: red">'],
    ['src/ui/a.svelte', '{@html note}'],
  ])('find a banned word in %s: %s', (path, text) => {
    expect(brokenBans({ path, text })).toHaveLength(1);
    expect(BANS.length).toBeGreaterThan(3);
  });

  it.each([
    'export function f(): void {}',
    'export const A = 1 - 2',
    'export enum A { B }',
    'const A = 1',
    'export const A = f<i32>(1)',
  ])('refuse %s among the constants', (text) => {
    expect(notConstants(text)).toEqual([text]);
  });

  it('take chained integer expressions', () => {
    expect(notConstants('// why\nexport const A = 0x10;\nexport const B: u32 = A + (3 << 2) * 4 | 1;')).toEqual([]);
  });
});
