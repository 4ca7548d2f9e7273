/**
 * A pool of workers beside the simulation, for jobs that do not need one another: one per processor but one, which stays with the
 * page, and those that simulate already; each takes the next job that is left. Answers come in any order. Stopping it ends its workers.
 */
import { wrap, type Remote } from 'comlink';

export interface PoolJobs<Api, Job, Answer> {
  readonly jobs: readonly Job[];
  /** Workers that simulate already; 0 if it is not given. */
  readonly busy?: number;
  readonly start: () => Worker;
  readonly ask: (api: Remote<Api>, job: Job) => Promise<Answer>;
  /** An answer is there. */
  readonly onAnswer: (answer: Answer, job: Job) => void;
  /** All jobs are answered, or no worker is left to do them. */
  readonly onEnd: () => void;
}

/** Workers for so many jobs on so many processors, of which some are busy. */
export const poolSize = (jobs: number, processors: number, busy: number): number =>
  Math.min(jobs, Math.max(1, processors - 1 - busy));

/** Start; returns the way to stop. */
export function runPool<Api, Job, Answer>(pool: PoolJobs<Api, Job, Answer>): () => void {
  const left = [...pool.jobs];
  const size = poolSize(left.length, navigator.hardwareConcurrency, pool.busy ?? 0);
  const workers = Array.from({ length: size }, pool.start);
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    for (const worker of workers) worker.terminate();
  };
  const serve = async (worker: Worker): Promise<void> => {
    const failed = new Promise<never>((_, reject) => worker.addEventListener('error', reject));
    const api = wrap<Api>(worker);
    for (let job = left.shift(); job !== undefined && !stopped; job = left.shift()) {
      const answer = await Promise.race([pool.ask(api, job), failed]);
      if (!stopped) pool.onAnswer(answer, job);
    }
  };
  void Promise.allSettled(workers.map(serve)).then(() => {
    if (stopped) return;
    stop();
    pool.onEnd();
  });
  return stop;
}
