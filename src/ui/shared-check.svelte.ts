/** A link may carry the digest of where its sharer stood: is it the same here? Computed in a second run beside the one shown. */
import type { Runs } from './runs.svelte.ts';

export interface SharedState {
  readonly cycle: number;
  readonly digest: string;
  /** Version of the engine that made it. */
  readonly engine: string;
  readonly verdict: 'checking' | 'reproduced' | 'differs';
}

export class SharedCheck {
  state = $state.raw<SharedState | null>(null);

  constructor(private readonly runs: Runs) {}

  forget(): void {
    this.state = null;
  }

  /** Compare at that cycle; no verdict if the worker cannot tell any more. */
  async check({ cycle, digest }: { cycle: number; digest: string }, engine: string): Promise<void> {
    this.state = { cycle, digest, engine, verdict: 'checking' };
    const here = await this.runs.simulation.verify(cycle);
    if (this.state?.digest !== digest || this.state.cycle !== cycle) return;
    this.state = here === '' ? null : { cycle, digest, engine, verdict: here === digest ? 'reproduced' : 'differs' };
  }
}
