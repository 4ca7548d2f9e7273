/** Reads plain JSON field by field and gathers problems with paths; used for probe inputs, which allow other keys beside their own. */
import { oneOf, show } from '../experiment/messages.ts';
import type { Problem, Result } from '../model/problem.ts';

const MOST_PROBLEMS = 20;

/** What a probe says: the value of `--json`, and the same for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
}

export class Fields {
  readonly problems: Problem[] = [];

  /** Note a problem; after the first twenty the input is wrong enough. */
  refuse(path: string, message: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ path, message });
  }

  /** A whole number within bounds; 0 and a problem otherwise. */
  whole(value: unknown, path: string, min: number, max: number): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    this.refuse(path, `is ${show(value)}; it must be a whole number from ${min} to ${max}`);
    return 0;
  }

  /** A number above 0 and at most 1; 1 and a problem otherwise. */
  share(value: unknown, path: string): number {
    if (typeof value === 'number' && value > 0 && value <= 1) return value;
    this.refuse(path, `is ${show(value)}; it must be a number above 0 and at most 1`);
    return 1;
  }

  choice<W extends string>(value: unknown, path: string, words: readonly W[]): W {
    if (words.includes(value as W)) return value as W;
    this.refuse(path, `is ${show(value)}; it must be ${oneOf(words)}`);
    return words[0];
  }

  /** A list of at least one and at most `max` items. */
  list(value: unknown, path: string, max: number): readonly unknown[] {
    if (Array.isArray(value) && value.length >= 1 && value.length <= max) return value;
    this.refuse(path, `is ${show(value)}; it must be a list of 1 to ${max}`);
    return [];
  }

  object(value: unknown, path: string): Readonly<Record<string, unknown>> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    this.refuse(path, `is ${show(value)}; it must be an object`);
    return {};
  }

  result<T>(value: T): Result<T> {
    return this.problems.length === 0 ? { ok: true, value } : { ok: false, problems: this.problems };
  }
}
