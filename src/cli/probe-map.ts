/** `vnpu probe map`: the best placement of one request graph on one partly taken mesh, proven or with a bound after ten seconds. */
import { largestCost, MappingSearch, MOST_COST } from '../engine/mapping.ts';
import type { Edge, MappingAnswer, MappingProblem } from '../model/mapping.ts';
import { tileCount, tileX, tileY } from '../model/mesh.ts';
import { ok, type Result } from '../model/problem.ts';
import { Fields, type Answer } from './probe-fields.ts';

const LARGEST_SIDE = 64;
const MOST_NODES = 256;
const LARGEST_WEIGHT = 1_000_000;
const LIMIT_MS = 10_000;

/** Check an instance: cores inside the mesh, edges between two different nodes and named once. Numbers count cores, row by row. */
export function parseMap(json: unknown): Result<MappingProblem> {
  const fields = new Fields();
  const instance = fields.object(json, '');
  const mesh = {
    width: fields.whole(instance.W, 'W', 1, LARGEST_SIDE),
    height: fields.whole(instance.H, 'H', 1, LARGEST_SIDE),
  };
  const nodes = fields.whole(instance.n, 'n', 1, MOST_NODES);
  if (fields.problems.length > 0) return { ok: false, problems: fields.problems };
  const occupied = new Set(readCores(fields, instance.occupied, tileCount(mesh)));
  const free = Array.from({ length: tileCount(mesh) }, (_, tile) => tile).filter((tile) => !occupied.has(tile));
  const problem: MappingProblem = {
    ...{ mesh, free, nodes, connected: true, stretch: 'once' },
    edges: readEdges(fields, instance.edges, nodes),
    insertionCost: optional(fields, instance, 'insertion_cost', 1, LARGEST_WEIGHT),
    nodeCosts: readNodeCosts(fields, instance, free, nodes, tileCount(mesh)),
    seed: optional(fields, instance, 'seed', 0, 2 ** 32 - 1),
  };
  if (fields.problems.length === 0 && largestCost(problem) > MOST_COST) {
    fields.refuse('', `costs can add up to more than ${MOST_COST}; use smaller weights`);
  }
  return fields.result(problem);
}

type Instance = Readonly<Record<string, unknown>>;

const optional = (fields: Fields, instance: Instance, key: string, fallback: number, max: number): number =>
  instance[key] === undefined ? fallback : fields.whole(instance[key], key, 0, max);

/** A list that may be empty. */
const rows = (fields: Fields, value: unknown, path: string, max: number): readonly unknown[] =>
  Array.isArray(value) && value.length === 0 ? [] : fields.list(value, path, max);

const readCores = (fields: Fields, value: unknown, cores: number): number[] =>
  value === undefined
    ? []
    : rows(fields, value, 'occupied', cores).map((core, i) => fields.whole(core, `occupied.${i}`, 0, cores - 1));

function readEdges(fields: Fields, value: unknown, nodes: number): Edge[] {
  const seen = new Set<number>();
  return rows(fields, value, 'edges', (nodes * (nodes - 1)) / 2).map((row, index): Edge => {
    const path = `edges.${index}`;
    if (!Array.isArray(row) || row.length < 2 || row.length > 3) {
      fields.refuse(path, 'it must be [node, node] or [node, node, weight]');
      return [0, 0];
    }
    const u = fields.whole(row[0], `${path}.0 (node)`, 0, nodes - 1);
    const v = fields.whole(row[1], `${path}.1 (node)`, 0, nodes - 1);
    if (u === v) fields.refuse(path, `joins node ${u} to itself`);
    const pair = Math.min(u, v) * nodes + Math.max(u, v);
    if (seen.has(pair)) fields.refuse(path, `names the edge between ${u} and ${v} again`);
    seen.add(pair);
    return [u, v, row.length === 3 ? fields.whole(row[2], `${path}.2 (weight)`, 0, LARGEST_WEIGHT) : 1];
  });
}

/**
 * mem_alpha x |asked distance to memory - distance of the core|, as in the reference, and type_alpha where the asked type is another
 * than the core's; none without either. Types are numbers that mean nothing else: the simulated chip's cores are all alike.
 */
function readNodeCosts(fields: Fields, instance: Instance, free: readonly number[], nodes: number, cores: number) {
  const terms = [
    costTerm(fields, instance, ['mem_alpha', 'req_mem_dist', 'phys_mem_dist'], nodes, cores, (a, b) => Math.abs(a - b)),
    costTerm(fields, instance, ['type_alpha', 'req_type', 'phys_type'], nodes, cores, (a, b) => Number(a !== b)),
  ].flatMap((term) => (term ? [term] : []));
  if (terms.length === 0) return undefined;
  return Array.from({ length: nodes }, (_, u) =>
    free.map((core) => terms.reduce((sum, term) => sum + term(u, core), 0)),
  );
}

/** So much for every unit by which what a node asks differs from what a core has. */
function costTerm(
  fields: Fields,
  instance: Instance,
  [factor, asked, had]: readonly [factor: string, asked: string, had: string],
  nodes: number,
  cores: number,
  difference: (asked: number, had: number) => number,
): ((node: number, core: number) => number) | undefined {
  if (instance[factor] === undefined || instance[factor] === null) return undefined;
  const alpha = fields.whole(instance[factor], factor, 0, 1000);
  const numbers = (key: string, length: number): number[] => {
    const list = fields.list(instance[key], key, length);
    if (list.length !== length) fields.refuse(key, `has ${list.length} numbers; ${length} are right`);
    return list.map((value, i) => fields.whole(value, `${key}.${i}`, 0, 1000));
  };
  const [wanted, there] = [numbers(asked, nodes), numbers(had, cores)];
  return (node, core) => alpha * difference(wanted[node], there[core]);
}

/** `placement`: core of each node; `cost` and `placement` are null where nothing was found. */
export function answerMap(module: WebAssembly.Module, json: unknown): Result<Answer> {
  const input = parseMap(json);
  if (!input.ok) return input;
  const began = performance.now();
  const search = new MappingSearch(module, input.value);
  while (!search.over && performance.now() - began < LIMIT_MS) search.advance();
  const milliseconds = performance.now() - began;
  const { feasible, cost, placement, proven, lowerBound } = search.answer;
  const found = placement.length > 0;
  const answer = { feasible, cost: found ? cost : null, placement: found ? placement : null, proven, lowerBound };
  return ok({ json: { ...answer, milliseconds }, text: describe(input.value, search.answer, milliseconds) });
}

function describe({ mesh }: MappingProblem, answer: MappingAnswer, milliseconds: number): string {
  const time = `${milliseconds.toFixed(2)} ms`;
  if (!answer.feasible) return `no connected set of free cores is large enough; ${time}\n`;
  const { width, height } = mesh;
  const certainty = answer.proven ? 'proven optimal' : `at least ${answer.lowerBound}`;
  const cells = Array.from({ length: width * height }, () => '.');
  answer.placement.forEach((tile, node) => (cells[tileX(mesh, tile) + width * tileY(mesh, tile)] = String(node)));
  const wide = Math.max(...cells.map(({ length }) => length)) + 1;
  const lines = Array.from({ length: height }, (_, y) =>
    cells
      .slice(y * width, (y + 1) * width)
      .map((cell) => cell.padStart(wide))
      .join(''),
  );
  return `cost ${answer.cost}, ${certainty}; ${time}\n${lines.join('\n')}\n`;
}
