/** Clock and turns of a worker: a message to itself yields to waiting messages without the pause that timers insist on. */
import type { Host } from './simulated.ts';

export function workerHost(): Host {
  const tasks: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => tasks.shift()?.();
  return {
    now: () => performance.now(),
    soon: (task) => {
      tasks.push(task);
      port2.postMessage(null);
    },
    later: (task, milliseconds) => void setTimeout(task, milliseconds),
  };
}
