/** A canvas that fits its box: device pixel ratio at most 2 and at most 3 million pixels, cleared, in CSS pixels. */
const MOST_RATIO = 2;
const MOST_PIXELS = 3_000_000;

export function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = Math.min(devicePixelRatio, MOST_RATIO, Math.sqrt(MOST_PIXELS / Math.max(1, width * height)));
  const wide = Math.max(1, Math.round(width * ratio));
  const high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const ctx = canvas.getContext('2d')!;
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, wide, high);
  ctx.setTransform(wide / Math.max(1, width), 0, 0, high / Math.max(1, height), 0, 0);
  return ctx;
}
