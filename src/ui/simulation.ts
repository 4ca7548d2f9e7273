/** The simulator as the page sees it: the worker's client, or whatever answers like it. */
import type { ClientEvents, SimulationClient } from '../worker/client.ts';

export type Simulation = Omit<{ [K in keyof SimulationClient]: SimulationClient[K] }, 'crash' | 'dispose'>;

/** Makes one that reports to these listeners. */
export type StartSimulation = (events: ClientEvents) => Simulation;
