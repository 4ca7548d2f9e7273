/** The page's first step: the app in its place, over a simulator in a worker. */
import { SimulationClient } from '../worker/client.ts';
import { startPage } from './page.ts';

startPage(document.getElementById('app')!, (events) => new SimulationClient(events));
