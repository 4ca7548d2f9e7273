/** What the networks for images share: their square input and the frame around their operators. */
import { ZOO, type ModelName } from '../model/models.ts';
import type { Workload } from '../model/workload.ts';
import { type LayerList } from './layers.ts';
import { NETWORK_INPUT, type MapShape } from './operator-list.ts';

export const square = (side: number, channels: number): MapShape => ({ height: side, width: side, channels });

/** A network of one image, from its operators. */
export function imageNetwork(name: ModelName, net: LayerList): Workload {
  const { height, width, channels } = net.shapeOf(NETWORK_INPUT);
  const { title, source } = ZOO[name];
  return {
    name,
    title,
    source,
    input: { name: 'image', rows: height * width, channels },
    inputShape: [1, channels, height, width],
    layers: net.layers,
  };
}
