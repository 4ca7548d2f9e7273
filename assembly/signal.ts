// How a core learns that something has happened to it: it is stepped in this cycle or the next one (core.ts).
import { SIGNAL_BURST, SIGNAL_WAKE } from './codes';
import { C_SIGNAL } from './layout';

// @ts-ignore: decorator
@inline
export function wake(core: usize): void {
  store<u8>(core, load<u8>(core, C_SIGNAL) | SIGNAL_WAKE, C_SIGNAL);
}

/** A burst was answered: the DMA engine may go on. */
// @ts-ignore: decorator
@inline
export function wakeDma(core: usize): void {
  store<u8>(core, load<u8>(core, C_SIGNAL) | SIGNAL_BURST, C_SIGNAL);
}
