/** What a tile says of its stage, and which cause lies under a point of its ring. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAUSE_GROUPS } from '../../src/model/causes.ts';
import { layOut } from '../../src/ui/mesh/geometry.ts';
import { partUnder, ringOf } from '../../src/ui/mesh/ring.ts';
import { cut, stageLabels } from '../../src/ui/mesh/stage-label.ts';

const letters = (text: string): number => text.length;

describe('a stage label', () => {
  it('stays whole where all of a tenant fit, and is shortened the same way where one does not', () => {
    expect(stageLabels(['conv1', 'layer1.0'], 8, letters)).toEqual(['conv1', 'layer1.0']);
    expect(stageLabels(['layer1.0', 'layer3.1..layer4.0', 'layer4.0.conv2'], 8, letters)).toEqual([
      'L1.0',
      'L3.1–4.0',
      'L4.0.c2',
    ]);
    expect(stageLabels(['layer3.1..layer4.0', 'layer4.0.conv2'], 5, letters)).toEqual(['L3.1', 'L4.0']);
  });

  it('never exceeds its width', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 30 })),
        fc.integer({ min: 2, max: 30 }),
        (all, width) => {
          for (const label of stageLabels(all, width, letters)) expect(label.length).toBeLessThanOrEqual(width);
        },
      ),
    );
    expect(cut('convolution', 5, letters)).toBe('conv…');
  });
});

describe('a ring', () => {
  const geometry = layOut({ width: 8, height: 6 }, 900, 700);
  const ring = ringOf(geometry, 9, 1);
  const groups = new Float32Array(48 * CAUSE_GROUPS.length);
  groups[9 * CAUSE_GROUPS.length + CAUSE_GROUPS.indexOf('work')] = 0.25;
  groups[9 * CAUSE_GROUPS.length + CAUSE_GROUPS.indexOf('translation')] = 0.5;
  const under = (turn: number, radius = ring.radius) => {
    const angle = 2 * Math.PI * turn - Math.PI / 2;
    const at = { x: ring.x + Math.cos(angle) * radius, y: ring.y + Math.sin(angle) * radius };
    return partUnder(ring, { groups, instant: null }, 9, at);
  };

  it('names its parts clockwise from the top, and nothing where nothing is drawn', () => {
    expect(under(0.1)).toEqual({ group: 'work', share: 0.25 });
    expect(under(0.3)?.group).toBe('translation');
    expect(under(0.7)?.group).toBe('translation');
    expect(under(0.8)).toBeNull();
  });

  it('is not met inside or outside of it', () => {
    expect(under(0.3, 0)).toBeNull();
    expect(under(0.3, ring.radius + ring.width)).toBeNull();
  });
});
