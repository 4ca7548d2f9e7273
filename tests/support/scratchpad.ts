/**
 * Follows what lies in the scratchpads while the untimed machine runs programs: every write names what it puts where, every read must
 * find exactly that, of this iteration, and nobody may touch bytes that are being written. Nothing may lie beyond what the program
 * declares, nor the whole beyond the scratchpad.
 */
import type { Chip } from '../../src/model/chip.ts';
import { engineOf, type Instruction, type Program, type ScratchpadUse } from '../../src/model/program.ts';
import { AbstractMachine } from './abstract-machine.ts';

interface Lying {
  from: number;
  to: number;
  readonly holds: string;
  readonly iteration: number;
}

interface Touch {
  readonly from: number;
  readonly to: number;
  readonly use: ScratchpadUse;
  readonly iteration: number;
}

class Scratchpad {
  readonly faults: string[] = [];
  private lying: Lying[] = [];
  private readonly touched = new Map<Instruction, Touch[][]>();
  private readonly name: string;
  private readonly bytes: number;

  constructor(program: Program, chip: Chip) {
    this.name = `core ${program.vcore} (${program.stage})`;
    const declared = program.scratchpad.reduce((sum, area) => sum + area.bytes, 0);
    const others = program.scratchpad.filter(({ label }) => /reserved|landing/.test(label));
    this.bytes = declared - others.reduce((sum, area) => sum + area.bytes, 0);
    if (declared > chip.scratchpadBytes) this.faults.push(`${this.name} declares ${declared} bytes`);
  }

  start(instruction: Instruction, iteration: number): void {
    const touches = (instruction.uses ?? []).map((use): Touch => {
      const base = use.bases[(Math.max(0, iteration) * use.step + use.phase) % use.bases.length];
      return { from: base + use.from, to: base + use.to, use, iteration };
    });
    for (const touch of touches) this.check(instruction, touch);
    this.touched.set(instruction, [...(this.touched.get(instruction) ?? []), touches]);
    for (const { from, to, use } of touches) if (use.write) this.put({ from, to, holds: use.holds, iteration });
  }

  end(instruction: Instruction): void {
    const list = this.touched.get(instruction) ?? [];
    if (list.length > 1) list.shift();
    else this.touched.delete(instruction);
  }

  private check(instruction: Instruction, { from, to, use, iteration }: Touch): void {
    const where = `${this.name}, iteration ${iteration}: ${instruction.op} of ${instruction.layer}, ${use.holds} at ${from}..${to}`;
    if (from < 0 || to > this.bytes || from > to) this.faults.push(`${where} lies outside ${this.bytes} bytes`);
    if (!use.write) this.read(where, from, to, use.holds, iteration);
    for (const [other, list] of this.touched) {
      for (const touch of list.flat()) {
        const together = engineOf(other) === engineOf(instruction) && touch.use.holds === use.holds;
        const overlap = touch.from < to && from < touch.to && (touch.use.write || use.write);
        if (overlap && !together)
          this.faults.push(`${where} while ${other.op} of ${other.layer} touches ${touch.use.holds}`);
      }
    }
  }

  private read(where: string, from: number, to: number, holds: string, iteration: number): void {
    let at = from;
    for (const lying of this.lying) {
      if (lying.to <= at || lying.from >= to) continue;
      const right = lying.holds === holds && (lying.iteration === iteration || lying.iteration < 0);
      if (lying.from > at || !right) break;
      at = lying.to;
    }
    if (at < to) {
      const there = this.lying.find((lying) => lying.from <= at && at < lying.to);
      this.faults.push(
        `${where} finds ${there ? `${there.holds} of iteration ${there.iteration}` : 'nothing'} at ${at}`,
      );
    }
  }

  private put(now: Lying): void {
    if (now.from === now.to) return;
    const rest = this.lying.flatMap((then) => [
      ...(then.from < now.from ? [{ ...then, to: Math.min(then.to, now.from) }] : []),
      ...(then.to > now.to ? [{ ...then, from: Math.max(then.from, now.to) }] : []),
    ]);
    this.lying = [...rest, now].sort((a, b) => a.from - b.from);
  }
}

export interface Followed {
  readonly machine: AbstractMachine;
  /** What went wrong, in words; empty if nothing did. */
  readonly faults: readonly string[];
}

/** Run programs to their end and follow every byte. */
export function follow(programs: readonly Program[], chip: Chip, choose?: (n: number) => number): Followed {
  const pads = programs.map((program) => new Scratchpad(program, chip));
  const machine = new AbstractMachine(programs, chip, {
    started: (vcore, instruction, iteration) => pads[vcore].start(instruction, iteration),
    ended: (vcore, instruction) => pads[vcore].end(instruction),
  });
  machine.run(choose);
  return { machine, faults: [...machine.leftovers(), ...pads.flatMap(({ faults }) => faults)] };
}
