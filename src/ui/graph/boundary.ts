/**
 * Moving the boundary between two stages: where it may go, what the two would take then, and the stages as the document asks for them.
 * Estimates only, from what each operator takes on one core; the compiler has the last word.
 */
import type { StageRequest } from '../../model/experiment.ts';
import type { StageFigures } from '../../model/plan.ts';
import type { ModelView } from '../../report/model-view.ts';

/** Operators with which stage `stage` may begin while both it and the stage before keep some work. */
export function choicesFor({ operators, stages }: ModelView, stage: number): number[] {
  if (stage < 1 || stage >= stages.length) return [];
  const after = stages[stage - 1].first;
  const next = stages[stage + 1];
  const end = next === undefined ? operators.length : next.first + (next.request.at === undefined ? 0 : 1);
  return operators.flatMap(({ mayBegin }, l) => (mayBegin && l > after && l < end ? [l] : []));
}

/** The choice nearest to an operator, or undefined if there is none. */
export const nearest = (choices: readonly number[], operator: number): number | undefined =>
  choices.reduce<number | undefined>(
    (best, choice) => (best === undefined || Math.abs(choice - operator) < Math.abs(best - operator) ? choice : best),
    undefined,
  );

/** The stages with the boundary before `stage` moved to an operator, as far as it can be told. */
export function moved(view: ModelView, stage: number, operator: number): readonly StageFigures[] {
  const { operators, stages } = view;
  const [above, below] = [stages[stage - 1], stages[stage]];
  const work = (from: number, to: number): number =>
    operators.slice(from, to).reduce((sum, { cycles }) => sum + cycles, 0);
  const shift = work(below.first, operator) - work(operator, below.first);
  const changed = (figures: StageFigures, cycles: number): StageFigures => ({
    ...figures,
    cycles: Math.max(0, figures.cycles + cycles / figures.vcores.length),
  });
  return stages.map((figures, index) =>
    index === stage - 1
      ? { ...changed(above, shift), last: operator - 1 }
      : index === stage
        ? { ...changed(below, -shift), first: operator }
        : figures,
  );
}

/** What the document says once the boundary before `stage` lies at an operator: every stage, so that no other boundary moves. */
export function requestsWith({ operators, stages }: ModelView, stage: number, operator: number): StageRequest[] {
  return stages.map(({ request }, index) => {
    if (index !== stage) return request;
    const { cores, split } = request;
    return { first: operators[operator].name, ...(cores && { cores }), ...(split && { split }) };
  });
}
