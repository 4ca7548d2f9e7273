/**
 * Operations and the waits between them become instructions. Token numbers: one per ordered pair of lanes, one for landed messages,
 * one that keeps the transfers of a load apart from those of the next (a DMA engine with several streams ends them in any order), and
 * one per operator with resident weights. A slice of many messages becomes a first and a last one, which carry the waits, and a loop.
 */
import type { Chip } from '../model/chip.ts';
import { ENGINES, MOST_TOKEN_USES, type Ahead, type Instruction, type Step, type TokenUse } from '../model/program.ts';
import { ENGINE_OF_WORK, type Operation, type Work } from './operation.ts';
import type { Dependency } from './sync.ts';

const LANDED_TOKEN = 0;
const TRANSFER_TOKEN = 1;
const FIRST_PAIR_TOKEN = 2;
const NONE: readonly TokenUse[] = [];

/** One lane: operations of one engine, equally far ahead; by number. */
const laneOf = ({ work, ahead = 0 }: Operation): number => 3 * ENGINES.indexOf(ENGINE_OF_WORK[work.kind]) + 1 + ahead;
const LANES = 3 * ENGINES.length;

interface Tokens {
  /** Replaced, not added to: most are short, and most operations have none. */
  waits: readonly TokenUse[];
  gives: readonly TokenUse[];
}

/** Waits and gives of every operation of a body, and the tokens that are there at the start. */
export interface BodyTokens {
  readonly tokens: readonly Tokens[];
  readonly initial: ReadonlyMap<number, number>;
}

export interface Emitted {
  readonly steps: readonly Step[];
  readonly initialTokens: readonly TokenUse[];
}

/** The program of a core: resident loads, then the body `iterations` times. */
export function emit(
  chip: Chip,
  prologue: readonly Operation[],
  body: readonly Operation[],
  iterations: number,
  { tokens, initial }: BodyTokens,
): Emitted {
  const first = prologue.flatMap((operation) => {
    const gives = operation.resident === undefined ? [] : [{ token: operation.resident.token, count: 1 }];
    return instructionsOf(chip, operation, { waits: NONE, gives });
  });
  const repeated: Step[] = [];
  body.forEach((operation, index) => repeated.push(...instructionsOf(chip, operation, tokens[index])));
  const steps: Step[] = [...first];
  if (repeated.length > 0) steps.push({ op: 'loop', iteration: true, count: iterations, body: repeated });
  return { steps, initialTokens: [...initial].map(([token, count]) => ({ token, count })) };
}

/** Do the waits and gives of every operation find room in an instruction? */
export const mayWait = ({ tokens }: BodyTokens): boolean =>
  tokens.every(({ waits, gives }) => Math.max(waits.length, gives.length) <= MOST_TOKEN_USES);

/** The tokens of a body that orders itself by `dependencies`. */
export function tokensOf(chip: Chip, body: readonly Operation[], dependencies: readonly Dependency[]): BodyTokens {
  const tokens = body.map(({ resident }): Tokens => ({
    waits: resident ? [resident] : NONE,
    gives: resident ? [resident] : NONE,
  }));
  const initial = new Map<number, number>();
  synchronise(body, dependencies, tokens, initial);
  if (chip.dmaStreams > 1) separateTransfers(body, tokens, initial);
  return { tokens, initial };
}

/** One operation gives a token once per transfer, another waits for `count` of it. */
function append(before: Tokens, after: Tokens, token: number, count: number): void {
  before.gives = [...before.gives, { token, count: 1 }];
  after.waits = [...after.waits, { token, count }];
}

/** Each transfer of a load or store gives once, so who waits for it waits for as many. */
const givesOf = ({ work }: Operation): number => ('pieces' in work ? work.pieces : 1);

function synchronise(
  body: readonly Operation[],
  dependencies: readonly Dependency[],
  tokens: readonly Tokens[],
  initial: Map<number, number>,
): void {
  const tokenOf: number[] = [];
  let next = FIRST_PAIR_TOKEN;
  const lanes = body.map(laneOf);
  for (const { before, after, distance } of dependencies) {
    const token = (tokenOf[lanes[before] * LANES + lanes[after]] ??= next++);
    const count = givesOf(body[before]);
    append(tokens[before], tokens[after], token, count);
    if (distance > 0) initial.set(token, (initial.get(token) ?? 0) + distance * count);
  }
}

/** A load or store begins when all transfers of the one before it have ended. */
function separateTransfers(body: readonly Operation[], tokens: readonly Tokens[], initial: Map<number, number>): void {
  const transfers = body.flatMap(({ work }, index) => ('pieces' in work ? [index] : []));
  transfers.forEach((index, i) => {
    const before = transfers.at(i - 1)!;
    append(tokens[before], tokens[index], TRANSFER_TOKEN, givesOf(body[before]));
  });
  if (transfers.length > 0) initial.set(TRANSFER_TOKEN, givesOf(body[transfers.at(-1)!]));
}

/** Instructions of an operation; each says what it touches of the scratchpad, and how far ahead it is. */
function instructionsOf(chip: Chip, operation: Operation, tokens: Tokens): Step[] {
  const steps = unshifted(chip, operation, tokens);
  return operation.ahead ? shifted(steps, operation.ahead) : steps;
}

const shifted = (steps: readonly Step[], ahead: Ahead): Step[] =>
  steps.map((step) => (step.op === 'loop' ? { ...step, body: shifted(step.body, ahead) } : { ...step, ahead }));

function unshifted(chip: Chip, operation: Operation, tokens: Tokens): Step[] {
  const { work, layer, spans: uses } = operation;
  switch (work.kind) {
    case 'load':
    case 'store':
      return transferPieces(chip, work, operation, tokens);
    case 'send':
      return messages(chip, work, tokens, (bytes, { waits, gives }) => [
        { op: 'send', peer: work.peer, bytes, tag: layer + 1, layer, waits, gives, uses },
      ]);
    case 'receive':
      return messages(chip, work, tokens, (bytes, own) => receiveMessage(work.peer, bytes, operation, own));
    case 'matmul': {
      const { M, N, K, dataflow } = work;
      return repeated(work.repeat, tokens, ({ waits, gives }) => [
        { op: 'matmul', M, N, K, dataflow, layer, waits, gives, uses },
      ]);
    }
    case 'vector': {
      const { waits, gives } = tokens;
      return [{ op: 'vector', fn: work.fn, elements: work.elements, layer, waits, gives, uses }];
    }
  }
}

type Transfer = Extract<Work, { kind: 'load' | 'store' }>;
type Messages = Extract<Work, { kind: 'send' | 'receive' }>;

/** Contiguous pieces, cut at bursts; the first waits, each gives. */
function transferPieces(
  { burstBytes }: Chip,
  { kind, address, bytes, pieces }: Transfer,
  { layer, spans: uses }: Operation,
  tokens: Tokens,
): Step[] {
  const cut = (piece: number): number =>
    piece === pieces ? bytes : Math.floor((bytes * piece) / pieces / burstBytes) * burstBytes;
  return Array.from({ length: pieces }, (_, piece) => ({
    op: kind,
    address: address + cut(piece),
    bytes: cut(piece + 1) - cut(piece),
    layer,
    waits: piece === 0 ? tokens.waits : NONE,
    gives: tokens.gives,
    uses,
  }));
}

/** A message lands, is copied to its tensor, and its slot goes back to the sender. */
function receiveMessage(
  peer: number,
  bytes: number,
  { layer, spans: uses }: Operation,
  { waits, gives }: Tokens,
): Instruction[] {
  const landed: TokenUse = { token: LANDED_TOKEN, count: 1 };
  return [
    { op: 'recv', peer, bytes, tag: layer + 1, layer, waits: NONE, gives: [landed] },
    { op: 'vector', fn: 'copy', elements: bytes, layer, waits: [landed, ...waits], gives, releases: peer, uses },
  ];
}

const NO_TOKENS: Tokens = { waits: NONE, gives: NONE };

/** A slice cut into messages. */
function messages(
  { messageBytes }: Chip,
  { bytes }: Messages,
  tokens: Tokens,
  one: (bytes: number, tokens: Tokens) => Instruction[],
): Step[] {
  const count = Math.ceil(bytes / messageBytes);
  const last = bytes - (count - 1) * messageBytes;
  return repeated(count, tokens, (own, isLast) => one(isLast ? last : messageBytes, own));
}

/** The same so many times: the first waits, the last gives, those between are a loop. */
function repeated(
  count: number,
  { waits, gives }: Tokens,
  one: (tokens: Tokens, isLast: boolean) => Instruction[],
): Step[] {
  if (count === 1) return one({ waits, gives }, true);
  const first = waits.length > 0 ? one({ waits, gives: NONE }, false) : [];
  const between = count - 1 - Math.sign(waits.length);
  const middle = one(NO_TOKENS, false);
  const loop: Step[] = between > 1 ? [{ op: 'loop', count: between, body: middle }] : between === 1 ? middle : [];
  return [...first, ...loop, ...one({ waits: NONE, gives }, true)];
}
