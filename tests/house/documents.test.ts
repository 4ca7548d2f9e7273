/** README's chapter about documents: its example runs, and no key of the format is missing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocument, resolve } from '../../src/experiment/parse.ts';
import * as schema from '../../src/experiment/schema.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { CHIP_PARAMETERS } from '../../src/model/parameters.ts';

const readme = readFileSync('README.md', 'utf8');
const [, chapter] = /^## Documents$([^]*?)^## /m.exec(readme)!;

interface Node {
  readonly entries?: Readonly<Record<string, Node>>;
  readonly pipe?: readonly Node[];
  readonly wrapped?: Node;
  readonly item?: Node;
  readonly options?: readonly unknown[];
}

/** Every key below a node of the schema, at any depth. */
function keysOf(node: Node): string[] {
  const own = Object.entries(node.entries ?? {}).flatMap(([key, below]) => [key, ...keysOf(below)]);
  const options = (node.options ?? []).filter((option) => typeof option === 'object') as Node[];
  const below = [...(node.pipe ?? []), ...options, ...[node.wrapped, node.item].filter((one) => one !== undefined)];
  // the first part of a pipe may be the schema itself, as it was before the pipe
  return [...own, ...below.filter((one) => one !== node && !(one.pipe && one === node)).flatMap(keysOf)];
}

describe('the chapter about documents', () => {
  it('names every key that is no parameter of a chip', () => {
    const parameters = new Set<string>(CHIP_PARAMETERS.map(({ key }) => key));
    const keys = [...new Set(keysOf(schema.documentSchema as unknown as Node))].filter((key) => !parameters.has(key));
    expect(keys.length).toBeGreaterThan(50);
    expect(keys.filter((key) => !chapter.includes(`\`${key}\``) && !chapter.includes(`"${key}"`))).toEqual([]);
  });

  it('begins with a document that runs', () => {
    const [, example] = /```json\n([^]*?)```/.exec(chapter)!;
    const parsed = parseDocument(JSON.parse(example));
    expect(parsed.ok && buildPlan(resolve(parsed.value))).toMatchObject({ ok: true });
  });
});
