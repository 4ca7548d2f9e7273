/** Runs documents beside the page's own run, in a worker of its own that ends with its answer. Stopping ends it sooner. */
import { wrap, type Remote } from 'comlink';
import { fail, ok, type Result } from '../model/problem.ts';
import type { CoreDetail } from '../engine/snapshot.ts';
import type { Report } from '../report/report.ts';
import { startWorker, type WorkerLike } from './client.ts';
import type { WorkerApi } from './protocol.ts';

/** Ask a new worker, hear once of its answer; returns the way to stop it. A worker that cannot be run answers with a problem. */
function askBeside<T>(
  ask: (api: Remote<WorkerApi>) => Promise<Result<T>>,
  onAnswer: (answer: Result<T>) => void,
  start: () => WorkerLike,
): () => void {
  const worker = start();
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    worker.terminate();
  };
  const failed = new Promise<never>((_, reject) => worker.addEventListener('error', reject));
  void Promise.race([ask(wrap<WorkerApi>(worker as Worker)), failed])
    .catch(() => fail('', 'The simulator crashed while it measured this.'))
    .then((answer) => {
      if (stopped) return;
      stop();
      onAnswer(answer);
    });
  return stop;
}

/**
 * The reports of some documents, one after the other, or what is wrong with the first that could not be run.
 * @param cycle reports are taken there, or at the end of a run if that comes first
 */
export const measureDocuments = (
  documents: readonly unknown[],
  cycle: number,
  onReports: (reports: Result<readonly Report[]>) => void,
  start: () => WorkerLike = startWorker,
): (() => void) =>
  askBeside(
    async (api) => {
      const reports: Report[] = [];
      for (const document of documents) {
        const report = await api.measure(document, cycle);
        if (!report.ok) return report;
        reports.push(report.value);
      }
      return ok(reports);
    },
    onReports,
    start,
  );

/** The core at a tile after so many bursts, in another document than the page's. */
export const measureBursts = (
  document: unknown,
  tile: number,
  bursts: number,
  onCore: (core: Result<CoreDetail>) => void,
  start: () => WorkerLike = startWorker,
): (() => void) => askBeside((api) => api.bursts(document, tile, bursts), onCore, start);
