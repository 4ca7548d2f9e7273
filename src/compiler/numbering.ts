/**
 * Which virtual core takes which place in the pipeline. Over a mesh of known width the pipeline runs in snake order, so neighbours in
 * the pipeline are neighbours in the mesh; otherwise places are counted through.
 */
export function snakeOrder(vcores: number, width: number | undefined): number[] {
  const places = Array.from({ length: vcores }, (_, place) => place);
  if (width === undefined || vcores % width !== 0) return places;
  return places.map((place) => {
    const y = Math.floor(place / width);
    return y % 2 === 0 ? place : y * width + (width - 1 - (place % width));
  });
}
