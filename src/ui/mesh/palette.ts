/** Colours and patterns for the canvases, read from the same custom properties that the style sheet uses. */
import { CAUSE_GROUPS } from '../../model/causes.ts';

export type Ink = string | CanvasPattern;

export interface Palette {
  readonly dark: boolean;
  readonly paper: string;
  readonly panel: string;
  readonly sunken: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly ink: string;
  readonly ink2: string;
  readonly tile: string;
  readonly tileLine: string;
  /** WHO, by tenant modulo 6. */
  readonly fills: readonly string[];
  readonly edges: readonly string[];
  /** WHY, by group: plain colours, and with their patterns. */
  readonly plain: readonly string[];
  readonly why: readonly Ink[];
  readonly idleEdge: string;
  /** Requested edges that are longer than one hop. */
  readonly stretched: string;
  readonly network: string;
}

export const WHO_COLOURS = 6;
const FONT =
  "-apple-system, 'Segoe UI', Roboto, Ubuntu, Cantarell, 'Noto Sans', 'Helvetica Neue', 'Liberation Sans', Arial, system-ui, sans-serif";

export const font = (pixels: number, weight = 400): string => `${weight} ${pixels}px ${FONT}`;

/** Read the palette of the theme in force at an element. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const numbered = (name: string): string[] => Array.from({ length: WHO_COLOURS }, (_, i) => value(`${name}-${i}`));
  const plain = CAUSE_GROUPS.map((group) => value(group));
  const backing = value('pattern');
  return {
    dark: element.ownerDocument.documentElement.dataset.theme === 'dark',
    paper: value('paper'),
    panel: value('panel'),
    sunken: value('sunken'),
    line: value('line'),
    lineStrong: value('line-strong'),
    ink: value('ink'),
    ink2: value('ink-2'),
    tile: value('tile'),
    tileLine: value('tile-line'),
    fills: numbered('who'),
    edges: numbered('edge'),
    plain,
    why: CAUSE_GROUPS.map((group, i) =>
      group === 'translation' ? hatch(plain[i], backing) : group === 'memory' ? dots(plain[i], backing) : plain[i],
    ),
    idleEdge: value('idle-edge'),
    stretched: value('stretched'),
    network: value('network'),
  };
}

function pattern(size: number, scale: number, paint: (ctx: CanvasRenderingContext2D) => void): CanvasPattern {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size * scale;
  const ctx = canvas.getContext('2d')!;
  ctx.scale(scale, scale);
  paint(ctx);
  const made = ctx.createPattern(canvas, 'repeat')!;
  made.setTransform(new DOMMatrix().scale(1 / scale));
  return made;
}

/** Diagonal stripes: translation. */
export function hatch(colour: string, backing: string, size = 6, width = 1.3): CanvasPattern {
  return pattern(size, 4, (ctx) => {
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, size, size);
    ctx.strokeStyle = backing;
    ctx.lineWidth = width;
    ctx.beginPath();
    for (const shift of [-size, 0, size]) {
      ctx.moveTo(shift - 1, size + 1);
      ctx.lineTo(shift + size + 1, -1);
    }
    ctx.stroke();
  });
}

/** Dots: memory and throttle. */
function dots(colour: string, backing: string): CanvasPattern {
  const size = 5;
  return pattern(size, 4, (ctx) => {
    ctx.fillStyle = colour;
    ctx.fillRect(0, 0, size, size);
    ctx.fillStyle = backing;
    ctx.beginPath();
    ctx.arc(size / 2, size / 2, 0.95, 0, 7);
    ctx.fill();
  });
}
