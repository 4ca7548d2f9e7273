/**
 * Every graph of a few nodes and every connected piece of a small mesh, each once but for its mirror images and renumberings, and the
 * least edit distance between a graph and a piece by trying every way to put one on the other. Shares nothing with the search.
 */

/** Edges as bits: the pair u < v is bit v(v-1)/2 + u. */
export type Graph = number;

const bit = (u: number, v: number): number => 1 << (u < v ? (v * (v - 1)) / 2 + u : (u * (u - 1)) / 2 + v);
export const hasEdge = (graph: Graph, u: number, v: number): boolean => (graph & bit(u, v)) !== 0;

export const edgesOf = (graph: Graph, nodes: number): [number, number][] =>
  Array.from({ length: nodes }, (_, v) => Array.from({ length: v }, (_, u): [number, number] => [u, v]))
    .flat()
    .filter(([u, v]) => hasEdge(graph, u, v));

/** Every graph of 1 to `most` nodes up to renumbering; index n - 1 holds those of n nodes. Each grows from one with a node less. */
export function everyGraph(most: number): Graph[][] {
  const bySize: Graph[][] = [[0]];
  for (let nodes = 2; nodes <= most; nodes++) {
    const found = new Map<number, Graph>();
    for (const smaller of bySize[nodes - 2]) {
      for (let beside = 0; beside < 2 ** (nodes - 1); beside++) {
        const graph = smaller | (beside << (((nodes - 1) * (nodes - 2)) / 2));
        found.set(canonical(graph, nodes), graph);
      }
    }
    bySize.push([...found.values()]);
  }
  return bySize;
}

/** The least of all renumberings that sort nodes by what can be seen of them: the same for isomorphic graphs only. */
function canonical(graph: Graph, nodes: number): number {
  const marks = marksOf(graph, nodes);
  const sorted = [...marks.keys()].sort((a, b) => marks[a] - marks[b]);
  let least = Infinity;
  const image: number[] = [];
  const place = (at: number, bits: number): void => {
    if (at === nodes) return void (least = Math.min(least, bits));
    for (const node of sorted) {
      if (marks[node] !== marks[sorted[at]] || image.includes(node)) continue;
      image.push(node);
      place(
        at + 1,
        image.reduce((sum, other, i) => (i < at && hasEdge(graph, other, node) ? sum | bit(i, at) : sum), bits),
      );
      image.pop();
    }
  };
  place(0, 0);
  return least;
}

/** A number per node that renumbering does not change: its degree and those around it, told apart ever finer. */
function marksOf(graph: Graph, nodes: number): number[] {
  const all = Array.from({ length: nodes }, (_, node) => node);
  let marks = all.map(() => 0);
  for (let round = 0; round < nodes; round++) {
    const words = all.map((u) => {
      const around = all.filter((v) => v !== u && hasEdge(graph, u, v)).map((v) => marks[v]);
      return [marks[u], ...around.sort((a, b) => a - b)].join();
    });
    const order = [...new Set(words)].sort();
    marks = words.map((word) => order.indexOf(word));
  }
  return marks;
}

/** A connected set of cells of a side x side mesh, and the key of its shape: equal for mirrored, turned and shifted ones. */
export interface Piece {
  readonly cells: readonly number[];
  readonly shape: string;
}

export function everyPiece(side: number, size: number): Piece[] {
  let sets = new Map(Array.from({ length: side * side }, (_, cell) => [`${cell}`, [cell]]));
  for (let n = 1; n < size; n++) {
    const larger = new Map<string, number[]>();
    for (const cells of sets.values()) {
      for (const next of new Set(cells.flatMap((cell) => besideOf(side, cell)))) {
        if (cells.includes(next)) continue;
        const grown = [...cells, next].sort((a, b) => a - b);
        larger.set(grown.join(), grown);
      }
    }
    sets = larger;
  }
  return [...sets.values()].map((cells) => ({ cells, shape: shapeOf(side, cells) }));
}

const besideOf = (side: number, cell: number): number[] => {
  const [x, y] = [cell % side, Math.floor(cell / side)];
  return [x > 0 && cell - 1, x < side - 1 && cell + 1, y > 0 && cell - side, y < side - 1 && cell + side].filter(
    (next) => next !== false,
  );
};

function shapeOf(side: number, cells: readonly number[]): string {
  const points = cells.map((cell) => [cell % side, Math.floor(cell / side)] as const);
  const words = [1, -1].flatMap((sx) =>
    [1, -1].flatMap((sy) =>
      [false, true].map((turned) => {
        const moved = points.map(([x, y]) => (turned ? [sy * y, sx * x] : [sx * x, sy * y]));
        const [left, top] = [0, 1].map((axis) => Math.min(...moved.map((point) => point[axis])));
        return moved
          .map(([x, y]) => (x - left) * side + y - top)
          .sort((a, b) => a - b)
          .join();
      }),
    ),
  );
  return words.sort()[0];
}

/** Least number of edges to delete and to insert until the graph is the mesh among the cells, or `limit` if that is less. */
export function editDistance(graph: Graph, side: number, cells: readonly number[], limit: number): number {
  const near = cells.map((cell) => {
    const beside = besideOf(side, cell);
    return cells.reduce((bits, other, i) => (beside.includes(other) ? bits | (1 << i) : bits), 0);
  });
  const joined = cells.map((_, v) => cells.map((_, u) => Number(u !== v && hasEdge(graph, u, v))));
  let least = limit;
  const at = cells.map(() => -1);
  const put = (v: number, used: number, cost: number): void => {
    if (cost >= least) return;
    if (v === cells.length) return void (least = cost);
    for (let cell = 0; cell < cells.length; cell++) {
      if (used & (1 << cell)) continue;
      let adds = 0;
      for (let u = 0; u < v; u++) adds += ((near[cell] >> at[u]) & 1) ^ joined[v][u];
      at[v] = cell;
      put(v + 1, used | (1 << cell), cost + adds);
    }
  };
  put(0, 0, 0);
  return least;
}
