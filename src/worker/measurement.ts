/** Measures documents beside the page's own run, in a worker of its own, one after the other. Ending it ends its worker. */
import { wrap } from 'comlink';
import { fail, type Result } from '../model/problem.ts';
import type { Report } from '../report/report.ts';
import { startWorker, type WorkerLike } from './client.ts';
import type { WorkerApi } from './protocol.ts';

/**
 * Start; `onReports` hears once: of the reports, in the order of the documents, or of the first that could not be run.
 * @param cycle reports are taken there, or at the end of a run if that comes first
 * @returns the way to stop it
 */
export function measureDocuments(
  documents: readonly unknown[],
  cycle: number,
  onReports: (reports: Result<readonly Report[]>) => void,
  start: () => WorkerLike = startWorker,
): () => void {
  const worker = start();
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    worker.terminate();
  };
  const failed = new Promise<never>((_, reject) => worker.addEventListener('error', reject));
  const measure = async (): Promise<Result<readonly Report[]>> => {
    const { measure } = wrap<WorkerApi>(worker as Worker);
    const reports: Report[] = [];
    for (const document of documents) {
      const report = await Promise.race([measure(document, cycle), failed]);
      if (!report.ok) return report;
      reports.push(report.value);
    }
    return { ok: true, value: reports };
  };
  void measure()
    .catch(() => fail('', 'The simulator crashed while it measured this.'))
    .then((reports) => {
      if (stopped) return;
      stop();
      onReports(reports);
    });
  return stop;
}
