/** Looks into one router of the data plane: what waits in each input channel, and for what. Reading changes nothing. */
import * as C from '../../assembly/codes.ts';
import * as L from '../../assembly/layout.ts';
import type { Kernel } from './kernel.ts';
import { laneAt } from './lanes.ts';
import type { RouterDetail } from './snapshot.ts';

export function readRouter(kernel: Kernel, planes: number, tile: number): RouterDetail {
  const plane = planes + C.PLANE_DATA * L.P_STRIDE;
  const vcs = kernel.u32(plane + L.P_VCS);
  const channels = Array.from({ length: L.PORTS * vcs }, (_, index) => {
    const [port, vc] = [Math.floor(index / vcs), index % vcs];
    const lane = laneAt(kernel, { plane, tile, lane: vc * L.PORTS + port });
    const flits = kernel.u8(lane + L.L_COUNT);
    const granted = kernel.u8(lane + L.L_VC) !== L.NO_VC;
    const phase = granted ? ('active' as const) : flits > 0 ? ('waiting' as const) : ('idle' as const);
    return { port, vc, flits, phase, wants: phase === 'idle' ? null : Math.log2(kernel.u8(lane + L.L_OUT)) };
  });
  return { tile, depth: kernel.u32(plane + L.P_DEPTH), channels };
}
