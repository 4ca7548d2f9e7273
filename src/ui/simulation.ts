/** The simulator as the page sees it: the worker's client, or whatever answers like it. */
import type { ClientEvents, SimulationClient } from '../worker/client.ts';

export type Simulation = Omit<{ [K in keyof SimulationClient]: SimulationClient[K] }, 'crash' | 'dispose'>;

/** Makes one that reports to these listeners. */
export type StartSimulation = (events: ClientEvents) => Simulation;

export interface StartOptions {
  /** Cycle that the run before had reached, or about where pipelines are full; 0 starts from the beginning. */
  readonly catchUpTo: number | 'filled';
  /** Keep the figures of the run before for comparison. */
  readonly keepGhost: boolean;
}
