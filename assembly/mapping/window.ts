// Large neighbourhood search (Shaw 1998): the nodes of a window of the standing placement are taken off, and branch and bound looks for a
// cheaper way to put them back, anywhere, while all others stay. What it finds is what stands from then on.
import { bestCost } from './best';
import { owner, place, usePlacement } from './bound';
import { costOf, cores, get, links, nodes, set } from './problem';
import { random } from './random';
import { searchWindow } from './search';
import { place as standing, standingCost } from './standing';

let queue: usize = 0;
let seen: usize = 0;
let stamp: i32 = 0;

export function reserveWindow(at: usize, cores: i32): usize {
  queue = at;
  seen = queue + ((cores as usize) << 2);
  return seen + ((cores as usize) << 2);
}

export function openWindow(): void {
  stamp = 0;
  memory.fill(seen, 0, (cores as usize) << 2);
}

/** So many windows of so many nodes, each with a budget of search nodes, if what stands costs at most so much more than the best. */
export function refitWindows(count: i32, size: i32, budget: i32, within: i32): void {
  if (size >= nodes || standingCost() > bestCost() + within) return;
  usePlacement(true);
  for (let i = 0; i < count; i++) refit(size, budget);
  usePlacement(false);
}

function refit(size: i32, budget: i32): void {
  for (let core = 0; core < cores; core++) set(owner, core, -1);
  for (let u = 0; u < nodes; u++) {
    set(place, u, get(standing, u));
    set(owner, get(standing, u), u);
  }
  takeOff(get(standing, random(nodes)), size);
  let stays = 0;
  while (get(place, stays) < 0) stays++;
  searchWindow(stays, costOf(place, owner), standingCost(), budget);
}

/** Take off the nodes nearest to a core. */
function takeOff(from: i32, size: i32): void {
  stamp++;
  let tail = 1;
  set(queue, 0, from);
  set(seen, from, stamp);
  for (let head = 0; head < tail && size > 0; head++) {
    const core = get(queue, head);
    const u = get(owner, core);
    if (u >= 0) {
      set(place, u, -1);
      set(owner, core, -1);
      size--;
    }
    for (let k = 0; k < 4; k++) {
      const next = get(links, core * 4 + k);
      if (next < 0 || get(seen, next) == stamp) continue;
      set(seen, next, stamp);
      set(queue, tail++, next);
    }
  }
}
