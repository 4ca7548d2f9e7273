// What calls a core: something has happened to it, or a cycle has come in which it changes by itself. All cores are looked at every
// cycle, so these few bytes of each stand together. A core is stepped in the cycle that calls it, or the next one (core.ts).
import { SIGNAL_BURST, SIGNAL_WAKE } from './codes';
import { CALL_SIGNAL, CALL_WAKE, C_CALL } from './layout';

// @ts-ignore: decorator
@inline
export function wake(core: usize): void {
  signal(core, SIGNAL_WAKE);
}

/** A burst was answered: the DMA engine may go on. */
// @ts-ignore: decorator
@inline
export function wakeDma(core: usize): void {
  signal(core, SIGNAL_BURST);
}

/** The next cycle in which the core changes by itself. */
// @ts-ignore: decorator
@inline
export function wakeAt(core: usize, cycle: u64): void {
  store<u64>(load<u32>(core, C_CALL), cycle, CALL_WAKE);
}

/** What has happened to the core since it was asked last. */
// @ts-ignore: decorator
@inline
export function takeSignals(core: usize): u32 {
  const call: usize = load<u32>(core, C_CALL);
  const signals: u32 = load<u8>(call, CALL_SIGNAL);
  store<u8>(call, 0, CALL_SIGNAL);
  return signals;
}

// @ts-ignore: decorator
@inline
function signal(core: usize, what: u32): void {
  const call: usize = load<u32>(core, C_CALL);
  store<u8>(call, load<u8>(call, CALL_SIGNAL) | what, CALL_SIGNAL);
}
