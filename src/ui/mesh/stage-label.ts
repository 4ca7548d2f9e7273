/**
 * What a tile says about its stage where the whole name has no room: first the words are shortened, the same way on all tiles of a
 * tenant, then a range loses its repeated half, then it is cut. Measures by a function, so that it needs no canvas.
 */
export type Measure = (text: string) => number;

const ELLIPSIS = '…';

/** A stage's name from whole to shortest: "layer3.1..layer4.0", "L3.1–L4.0", "L3.1–4.0", "L3.1"; "L4.0.c2", "L4.0". */
export function stageForms(stage: string): readonly string[] {
  const short = stage
    .replace(/layer/g, 'L')
    .replace(/block\s*/g, 'b')
    .replace(/\.\./g, '–');
  const dense = short.replace(/\.conv/g, '.c').replace(/^([A-Za-z]+)(.*)–\1/, '$1$2–');
  const first = dense.split('–')[0];
  return [stage, short, dense, first, first.split('.').slice(0, 2).join('.')];
}

/** The labels of all stages of a tenant, each within the width. */
export function stageLabels(stages: readonly string[], width: number, measure: Measure): string[] {
  const whole = stages.every((stage) => measure(stage) <= width);
  return stages.map((stage) => {
    const forms = stageForms(stage).slice(whole ? 0 : 1);
    return forms.find((form) => measure(form) <= width) ?? cut(forms[forms.length - 1], width, measure);
  });
}

/** The text cut to a width, with an ellipsis where it was cut. */
export function cut(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  let end = text.length;
  while (end > 1 && measure(`${text.slice(0, end)}${ELLIPSIS}`) > width) end--;
  return `${text.slice(0, end)}${ELLIPSIS}`;
}
