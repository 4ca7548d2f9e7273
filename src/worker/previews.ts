/**
 * The page's side of the worker that looks for placements. It starts with the first question and a new one starts after a crash; a
 * question that cannot be answered any more has no answer, and never hangs.
 */
import { wrap, type Remote } from 'comlink';
import type { AlternativesRequest, PlacementRequest, PreviewApi } from './protocol.ts';
import type { Alternative, Move } from '../plan/alternatives.ts';

export class PreviewClient {
  private worker: Worker | undefined;
  private api: Remote<PreviewApi> | undefined;
  private failed: Promise<undefined> = Promise.resolve(undefined);

  alternatives(request: AlternativesRequest): Promise<readonly Alternative[] | undefined> {
    return this.ask((api) => api.alternatives(request));
  }

  moves(request: PlacementRequest): Promise<readonly Move[] | undefined> {
    return this.ask((api) => api.moves(request));
  }

  private async ask<T>(call: (api: Remote<PreviewApi>) => Promise<T>): Promise<T | undefined> {
    this.api ??= this.start();
    const { worker } = this;
    try {
      return await Promise.race([call(this.api), this.failed]);
    } catch {
      if (worker === this.worker) this.stop();
      return undefined;
    }
  }

  private start(): Remote<PreviewApi> {
    const worker = new Worker(new URL('./preview-worker.ts', import.meta.url), { type: 'module' });
    this.worker = worker;
    this.failed = new Promise((settle) =>
      worker.addEventListener('error', () => {
        if (worker === this.worker) this.stop();
        settle(undefined);
      }),
    );
    return wrap<PreviewApi>(worker);
  }

  private stop(): void {
    this.worker?.terminate();
    this.worker = this.api = undefined;
  }
}
