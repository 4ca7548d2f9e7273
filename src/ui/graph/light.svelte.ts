/** What network and mesh tell each other: the tiles of the operator that is looked at, and the tile that is pointed at. */
export class Light {
  tiles = $state.raw<readonly number[]>([]);
  pointed = $state.raw<number | null>(null);
}
