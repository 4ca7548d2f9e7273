/**
 * The machine without time: instruction queue, engine queues, tokens, landing slots. It says whether programs run to their end and
 * whether messages match. Every action that is possible stays possible until it is taken (a token is waited for by one engine only), so
 * whether it ends does not depend on the order of actions; `choose` still lets a test pick a hostile one.
 * Source: machine model sections 3 and 5.
 */
import { ENGINES, engineOf, passesOf, type Instruction, type Program, type Step } from '../../src/model/program.ts';

export interface AbstractChip {
  readonly engineQueue: number;
  readonly instructionQueue: number;
  readonly channelSlots: number;
  readonly dmaStreams: number;
}

interface Issued {
  readonly instruction: Instruction;
  readonly iteration: number;
}

export interface Watcher {
  started?(vcore: number, instruction: Instruction, iteration: number): void;
  ended?(vcore: number, instruction: Instruction, iteration: number): void;
}

interface Passes {
  readonly pass: number;
  readonly count: number;
}

/** Instructions in the order of issue; iteration -1 outside the iteration loop. */
export function* issueOrder(steps: readonly Step[], passes?: Passes): Generator<Issued> {
  for (const step of steps) {
    if (step.op !== 'loop') {
      const iteration = passes === undefined ? -1 : passes.pass + (step.ahead ?? 0);
      if (passes === undefined || (iteration >= 0 && iteration < passes.count)) yield { instruction: step, iteration };
    } else if (step.iteration) {
      const { first, last } = passesOf(step);
      for (let pass = first; pass <= last; pass++) yield* issueOrder(step.body, { pass, count: step.count });
    } else for (let i = 0; i < step.count; i++) yield* issueOrder(step.body, passes);
  }
}

interface Pair {
  free: number;
  /** Sizes and tags of messages that have landed. */
  readonly landed: { bytes: number; tag: number }[];
}

interface Core {
  readonly vcore: number;
  readonly source: Generator<Issued>;
  readonly queue: Issued[];
  readonly engines: { readonly queue: Issued[]; readonly running: Issued[] }[];
  readonly tokens: Map<number, number>;
  exhausted: boolean;
}

export class AbstractMachine {
  readonly messages: { from: number; to: number; bytes: number; tag: number }[] = [];
  private readonly cores: Core[];
  private readonly pairs = new Map<string, Pair>();
  private readonly chip: AbstractChip;
  private readonly watcher: Watcher;

  constructor(programs: readonly Program[], chip: AbstractChip, watcher: Watcher = {}) {
    this.chip = chip;
    this.watcher = watcher;
    this.cores = programs.map(({ vcore, steps, initialTokens }) => ({
      vcore,
      source: issueOrder(steps),
      queue: [],
      engines: ENGINES.map(() => ({ queue: [], running: [] })),
      tokens: new Map(initialTokens.map(({ token, count }) => [token, count])),
      exhausted: false,
    }));
  }

  /** Run until nothing can happen; with `choose` one action at a time, picked among `n` possible ones. */
  run(choose?: (n: number) => number): void {
    if (choose === undefined) {
      while (this.cores.filter((core) => this.advance(core)).length > 0);
      return;
    }
    for (;;) {
      const actions = this.cores.flatMap((core) => this.actions(core));
      if (actions.length === 0) return;
      actions[choose(actions.length)]();
    }
  }

  /** What is left where it should not be: unfinished cores and messages without a receiver. Empty after a good run. */
  leftovers(): string[] {
    const stuck = this.cores.flatMap(({ vcore, exhausted, queue, engines }) => {
      const waiting = engines.flatMap((engine) => [...engine.running, ...engine.queue.slice(0, 1)]);
      const unfinished = !exhausted || queue.length > 0 || waiting.length > 0;
      return unfinished ? [`core ${vcore}: ${JSON.stringify(waiting.map(({ instruction }) => instruction))}`] : [];
    });
    const pairs = [...this.pairs].filter(
      ([, { free, landed }]) => free !== this.chip.channelSlots || landed.length > 0,
    );
    return [...stuck, ...pairs.map(([name]) => `messages of ${name}`)];
  }

  tokensOf(vcore: number): ReadonlyMap<number, number> {
    return this.cores.find((core) => core.vcore === vcore)!.tokens;
  }

  private advance(core: Core): boolean {
    let moved = false;
    for (let actions = this.actions(core); actions.length > 0; actions = this.actions(core)) {
      moved = true;
      actions[actions.length - 1]();
    }
    return moved;
  }

  private actions(core: Core): (() => void)[] {
    const actions: (() => void)[] = [];
    if (!core.exhausted && core.queue.length < this.chip.instructionQueue) actions.push(() => this.issue(core));
    const head = core.queue[0];
    const target = head && core.engines[ENGINES.indexOf(engineOf(head.instruction))];
    if (target && target.queue.length < this.chip.engineQueue)
      actions.push(() => void target.queue.push(core.queue.shift()!));
    core.engines.forEach((engine, index) => {
      const limit = ENGINES[index] === 'dma' ? this.chip.dmaStreams : 1;
      const next = engine.queue[0];
      if (next && engine.running.length < limit && this.mayStart(core, next.instruction))
        actions.push(() => this.start(core, index));
      engine.running.forEach((_, place) => actions.push(() => this.end(core, index, place)));
    });
    return actions;
  }

  private issue(core: Core): void {
    const { value, done } = core.source.next();
    if (done) core.exhausted = true;
    else core.queue.push(value);
  }

  private mayStart(core: Core, instruction: Instruction): boolean {
    if (instruction.waits.some(({ token, count }) => (core.tokens.get(token) ?? 0) < count)) return false;
    if (instruction.op === 'send') return this.pair(core.vcore, instruction.peer).free > 0;
    if (instruction.op === 'recv') return this.pair(instruction.peer, core.vcore).landed.length > 0;
    return true;
  }

  private start(core: Core, engine: number): void {
    const issued = core.engines[engine].queue.shift()!;
    const { instruction, iteration } = issued;
    for (const { token, count } of instruction.waits) core.tokens.set(token, core.tokens.get(token)! - count);
    if (instruction.op === 'send') this.pair(core.vcore, instruction.peer).free--;
    core.engines[engine].running.push(issued);
    this.watcher.started?.(core.vcore, instruction, iteration);
  }

  private end(core: Core, engine: number, place: number): void {
    const [{ instruction, iteration }] = core.engines[engine].running.splice(place, 1);
    if (instruction.op === 'send') this.deliver(core.vcore, instruction);
    if (instruction.op === 'recv') this.match(core.vcore, instruction);
    for (const { token, count } of instruction.gives) core.tokens.set(token, (core.tokens.get(token) ?? 0) + count);
    if (instruction.releases !== undefined) this.pair(instruction.releases, core.vcore).free++;
    this.watcher.ended?.(core.vcore, instruction, iteration);
  }

  private deliver(from: number, { peer, bytes, tag }: { peer: number; bytes: number; tag: number }): void {
    this.pair(from, peer).landed.push({ bytes, tag });
    this.messages.push({ from, to: peer, bytes, tag });
  }

  private match(to: number, { peer, bytes, tag }: { peer: number; bytes: number; tag: number }): void {
    const message = this.pair(peer, to).landed.shift()!;
    if (message.bytes === bytes && message.tag === tag) return;
    throw new Error(
      `core ${to} expects ${bytes} bytes, tag ${tag} from ${peer}, and gets ${message.bytes}, tag ${message.tag}`,
    );
  }

  private pair(from: number, to: number): Pair {
    const name = `${from} to ${to}`;
    if (!this.pairs.has(name)) this.pairs.set(name, { free: this.chip.channelSlots, landed: [] });
    return this.pairs.get(name)!;
  }
}
