// Counting tokens: the only order between the engines of a core. An instruction takes its waits when it starts and gives when it
// ends (machine model section 3).
import { C_TOKENS, I_GIVE, I_GIVES, I_WAIT, I_WAITS } from './layout';

/** The first token that `instruction` waits for and the core does not have enough of, or -1. */
export function missingToken(core: usize, instruction: usize): i32 {
  const waits: u32 = load<u8>(instruction, I_WAITS);
  for (let i: u32 = 0; i < waits; i++) {
    const use = instruction + (i << 1);
    const token: u32 = load<u8>(use, I_WAIT);
    if (load<u16>(core + (token << 1), C_TOKENS) < (load<u8>(use, I_WAIT + 1) as u16)) return token as i32;
  }
  return -1;
}

export function takeTokens(core: usize, instruction: usize): void {
  const waits: u32 = load<u8>(instruction, I_WAITS);
  for (let i: u32 = 0; i < waits; i++) {
    const use = instruction + (i << 1);
    const token = core + ((load<u8>(use, I_WAIT) as u32) << 1);
    store<u16>(token, load<u16>(token, C_TOKENS) - (load<u8>(use, I_WAIT + 1) as u16), C_TOKENS);
  }
}

export function giveTokens(core: usize, instruction: usize): void {
  const gives: u32 = load<u8>(instruction, I_GIVES);
  for (let i: u32 = 0; i < gives; i++) {
    const use = instruction + (i << 1);
    const token = core + ((load<u8>(use, I_GIVE) as u32) << 1);
    store<u16>(token, load<u16>(token, C_TOKENS) + (load<u8>(use, I_GIVE + 1) as u16), C_TOKENS);
  }
}

export function givesToken(instruction: usize, token: u32): bool {
  const gives: u32 = load<u8>(instruction, I_GIVES);
  for (let i: u32 = 0; i < gives; i++) if (load<u8>(instruction + (i << 1), I_GIVE) == token) return true;
  return false;
}
