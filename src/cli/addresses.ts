/**
 * Address traces for `vnpu probe tlb`, made again from the numbers of their generators. Source: the project's translation reference;
 * a test compares length and SHA-256 of its traces. Addresses are above 2^32 and the random ones need 64 bits: BigInt where it counts.
 */
export type Generator =
  | {
      readonly kind: 'stream';
      readonly base: number;
      readonly bytes: number;
      readonly step: number;
      readonly iterations: number;
    }
  | {
      readonly kind: 'strided';
      readonly base: number;
      readonly stride: number;
      readonly span: number;
      readonly count: number;
    }
  | {
      readonly kind: 'random';
      readonly base: number;
      readonly span: number;
      readonly align: number;
      readonly count: number;
      /** 0x and hexadecimal digits: it may exceed 2^53. */
      readonly seed: string;
    }
  | {
      readonly kind: 'interleave';
      readonly bases: readonly number[];
      readonly bytes: number;
      readonly step: number;
      readonly burst: number;
      readonly rounds: number;
    }
  | Gemm;

/** Row-major A[M,K], B[K,N], C[M,N] of `elem` bytes walked tile by tile, each row of a tile touched every `beat` bytes. */
interface Gemm {
  readonly kind: 'gemm';
  readonly A: number;
  readonly B: number;
  readonly C: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly tile: number;
  readonly elem: number;
  readonly beat: number;
}

/** Number of addresses that a generator makes. */
export function traceLength(g: Generator): number {
  if (g.kind === 'stream') return g.iterations * Math.ceil(g.bytes / g.step);
  if (g.kind === 'interleave') return g.rounds * g.bases.length * g.burst;
  if (g.kind !== 'gemm') return g.count;
  const touched = g.tile * Math.ceil((g.tile * g.elem) / g.beat);
  return (g.M / g.tile) * (g.N / g.tile) * touched * ((2 * g.K) / g.tile + 1);
}

/** The addresses in order. */
export function* addresses(g: Generator): Iterable<number> {
  if (g.kind === 'stream') {
    for (let i = 0; i < g.iterations; i++) for (let at = 0; at < g.bytes; at += g.step) yield g.base + at;
  } else if (g.kind === 'strided') {
    for (let i = 0; i < g.count; i++) yield g.base + ((i * g.stride) % g.span);
  } else if (g.kind === 'random') yield* random(g);
  else if (g.kind === 'interleave') yield* interleave(g);
  else yield* gemm(g);
}

function* random({ base, span, align, count, seed }: Generator & { kind: 'random' }): Iterable<number> {
  let x = BigInt(seed);
  for (let i = 0; i < count; i++) {
    x = BigInt.asUintN(64, x ^ (x << 13n));
    x ^= x >> 7n;
    x = BigInt.asUintN(64, x ^ (x << 17n));
    const offset = Number(x % BigInt(span));
    yield base + offset - (offset % align);
  }
}

function* interleave({ bases, bytes, step, burst, rounds }: Generator & { kind: 'interleave' }): Iterable<number> {
  const positions = bases.map(() => 0);
  for (let round = 0; round < rounds; round++) {
    for (const [stream, base] of bases.entries()) {
      for (let i = 0; i < burst; i++) {
        yield base + positions[stream];
        positions[stream] = (positions[stream] + step) % bytes;
      }
    }
  }
}

function* gemm({ A, B, C, M, N, K, tile, elem, beat }: Gemm): Iterable<number> {
  function* walk(base: number, columns: number, row: number, column: number): Iterable<number> {
    for (let r = row; r < row + tile; r++) {
      for (let at = 0; at < tile * elem; at += beat) yield base + (r * columns + column) * elem + at;
    }
  }
  for (let m = 0; m < M; m += tile) {
    for (let n = 0; n < N; n += tile) {
      for (let k = 0; k < K; k += tile) {
        yield* walk(A, K, m, k);
        yield* walk(B, N, k, n);
      }
      yield* walk(C, N, m, n);
    }
  }
}
