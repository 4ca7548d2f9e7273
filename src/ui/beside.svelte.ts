/** The same core at the same bursts under another translation: run once in a worker of its own and kept as data. */
import type { CoreDetail } from '../engine/snapshot.ts';
import type { ExperimentDocument } from '../experiment/schema.ts';
import type { Problem } from '../model/problem.ts';
import { measureBursts } from '../worker/measurement.ts';

export class Beside {
  core = $state.raw<CoreDetail | null>(null);
  problems = $state.raw<readonly Problem[]>([]);
  running = $state(false);
  private end = (): void => {};

  ask(document: ExperimentDocument, tile: number, bursts: number): void {
    this.end();
    this.running = true;
    this.problems = [];
    this.end = measureBursts(document, tile, bursts, (answer) => {
      this.running = false;
      if (answer.ok) this.core = answer.value;
      else this.problems = answer.problems;
    });
  }

  stop(): void {
    this.end();
    this.running = false;
  }
}
