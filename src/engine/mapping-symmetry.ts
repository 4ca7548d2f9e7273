/**
 * Symmetries that the mapping search uses to look at one placement of many that are mirror images: of the request (which nodes may
 * change places) and of the chip (which cores are images of each other). What is not found for want of time is not used.
 */
import { tileX, tileY } from '../model/mesh.ts';
import type { MappingProblem } from '../model/mapping.ts';

/** Steps that looking for the symmetries of one request may take. */
const MOST_STEPS = 60_000;

export interface RequestSymmetry {
  /** The node with the most images, where the search begins. */
  readonly first: number;
  /** Its images. */
  readonly orbit: readonly number[];
  /** Pairs of nodes: the first one's core may be asked to come before the second one's. */
  readonly order: readonly (readonly [number, number])[];
}

/**
 * A chain of stabilizers: `first` may be the least of its orbit; with it fixed, the next moved node the least of its own, and so on.
 * @param kind nodes of different kinds never change places
 */
export function requestSymmetry(
  nodes: number,
  weights: readonly ReadonlyMap<number, number>[],
  kind: readonly string[],
) {
  const colours = refine(weights, kind);
  const finder = new Automorphisms(weights, colours);
  const orbits = classesOf(colours).filter(({ length }) => length > 1);
  const first = orbits.length === 0 ? busiest(weights) : largest(orbits)[0];
  const orbit = nodes === 0 ? [] : finder.orbit(first, [], sameColour(colours, first));
  const order: [number, number][] = [];
  const fixed = [first];
  for (const members of orbits) {
    for (const node of members) {
      if (node === first || finder.spent) continue;
      const images = finder.orbit(node, fixed, members);
      if (images.length > 1) {
        for (const image of images) if (image !== node) order.push([node, image]);
        fixed.push(node);
      }
    }
  }
  return { first, orbit, order } satisfies RequestSymmetry;
}

const busiest = (weights: readonly ReadonlyMap<number, number>[]): number =>
  weights.reduce((best, { size }, node) => (size > weights[best].size ? node : best), 0);

const largest = (lists: readonly number[][]): number[] => lists.reduce((a, b) => (b.length > a.length ? b : a));

function classesOf(colours: readonly number[]): number[][] {
  const classes = new Map<number, number[]>();
  colours.forEach((colour, node) => classes.set(colour, [...(classes.get(colour) ?? []), node]));
  return [...classes.values()];
}

const sameColour = (colours: readonly number[], node: number): number[] =>
  colours.flatMap((colour, other) => (colour === colours[node] ? [other] : []));

/** Colours that tell nodes apart by kind, then by the colours around them, until nothing more is told apart. */
function refine(weights: readonly ReadonlyMap<number, number>[], kind: readonly string[]): number[] {
  let colours = numbered(kind);
  for (let count = 0; ;) {
    const next = numbered(
      weights.map((edges, node) => {
        const around = [...edges].map(([other, weight]) => `${colours[other]}:${weight}`).sort();
        return `${colours[node]}|${around.join(',')}`;
      }),
    );
    const found = new Set(next).size;
    if (found === count) return next;
    [colours, count] = [next, found];
  }
}

function numbered(words: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return words.map((word) => {
    if (!numbers.has(word)) numbers.set(word, numbers.size);
    return numbers.get(word)!;
  });
}

class Automorphisms {
  private steps = 0;
  private readonly sequence: readonly number[];

  constructor(
    private readonly weights: readonly ReadonlyMap<number, number>[],
    private readonly colours: readonly number[],
  ) {
    this.sequence = breadthFirst(weights);
  }

  get spent(): boolean {
    return this.steps > MOST_STEPS;
  }

  /** Candidates that some symmetry leads a node to while every node of `fixed` stays. */
  orbit(node: number, fixed: readonly number[], candidates: readonly number[]): number[] {
    const free = candidates.filter((candidate) => !fixed.includes(candidate));
    return free.filter((image) => image === node || this.exists(node, image, fixed));
  }

  private exists(node: number, image: number, fixed: readonly number[]): boolean {
    const images = new Map(fixed.map((stay) => [stay, stay]));
    const used = new Set(fixed);
    if (!this.fits(node, image, images, used)) return false;
    images.set(node, image);
    used.add(image);
    const rest = this.sequence.filter((other) => !images.has(other));
    return this.extend(rest, 0, images, used);
  }

  private extend(rest: readonly number[], at: number, images: Map<number, number>, used: Set<number>): boolean {
    if (at === rest.length) return true;
    const node = rest[at];
    for (const image of this.imagesOf(node, images)) {
      if (++this.steps > MOST_STEPS) return false;
      if (used.has(image) || !this.fits(node, image, images, used)) continue;
      images.set(node, image);
      used.add(image);
      if (this.extend(rest, at + 1, images, used)) return true;
      images.delete(node);
      used.delete(image);
    }
    return false;
  }

  /** A node beside one that has an image goes beside that image. */
  private imagesOf(node: number, images: ReadonlyMap<number, number>): Iterable<number> {
    for (const other of this.weights[node].keys()) {
      const image = images.get(other);
      if (image !== undefined) return this.weights[image].keys();
    }
    return this.weights.keys();
  }

  /** May the node go there, given where others went (`used`: all of these places)? Edges are compared both ways. */
  private fits(node: number, image: number, images: ReadonlyMap<number, number>, used: ReadonlySet<number>): boolean {
    if (this.colours[node] !== this.colours[image]) return false;
    let kept = 0;
    for (const [other, weight] of this.weights[node]) {
      const otherImage = images.get(other);
      if (otherImage === undefined) continue;
      if (this.weights[image].get(otherImage) !== weight) return false;
      kept++;
    }
    let there = 0;
    for (const other of this.weights[image].keys()) if (used.has(other)) there++;
    return kept === there;
  }
}

function breadthFirst(weights: readonly ReadonlyMap<number, number>[]): number[] {
  const order = new Set<number>();
  for (const start of weights.keys()) {
    order.add(start);
    for (const node of order) for (const other of weights[node].keys()) order.add(other);
  }
  return [...order];
}

/** Least image of each free core under the mirrors and turns of the mesh that lead free cores to free cores of the same costs. */
export function chipSymmetry({ mesh, free, nodeCosts }: MappingProblem): number[] {
  const index = new Map(free.map((tile, core) => [tile, core]));
  const canon = free.map((_, core) => core);
  for (const image of mirrors(mesh.width, mesh.height)) {
    const images = free.map((tile) => index.get(image(tileX(mesh, tile), tileY(mesh, tile))));
    const keeps = images.every((to, core) => to !== undefined && sameCosts(nodeCosts, core, to));
    if (keeps) images.forEach((to, core) => (canon[core] = Math.min(canon[core], to!)));
  }
  return canon;
}

const sameCosts = (costs: MappingProblem['nodeCosts'], a: number, b: number): boolean =>
  costs === undefined || costs.every((row) => row[a] === row[b]);

function mirrors(width: number, height: number): ((x: number, y: number) => number)[] {
  const [right, bottom] = [width - 1, height - 1];
  const upright = [
    (x: number, y: number) => right - x + width * y,
    (x: number, y: number) => x + width * (bottom - y),
    (x: number, y: number) => right - x + width * (bottom - y),
  ];
  const turned = [
    (x: number, y: number) => y + width * x,
    (x: number, y: number) => right - y + width * x,
    (x: number, y: number) => y + width * (bottom - x),
    (x: number, y: number) => right - y + width * (bottom - x),
  ];
  return width === height ? [...upright, ...turned] : upright;
}
