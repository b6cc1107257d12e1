/** What `plan check` found as JUnit XML, for pipelines: a test case for each policy and for each problem of the plan itself. */
import { POLICIES } from '../../../plan/policies/all';
import { formatProblem, placeOf, type Problem, weightOf } from '../../../plan/problem';
import { visible } from '../../../plan/visible';
import { element, type Element, render } from '../../../plan/xml';
import type { CheckResult } from '../../../workflows/temporal-api';
import { checkTitle } from './title';

/**
 * No policy passes where none was asked: then `isJudged` is false.
 *
 * What does not count (a lighter severity, or acknowledged) is a skipped test, with its sentence as the reason: a pipeline shows it,
 * and does not fail.
 */
export function renderJunit(
  { plan, problems }: Pick<CheckResult, 'plan' | 'problems'>,
  counts: (problem: Problem) => boolean,
  isJudged = true,
): string {
  const ofPlan = problems.filter(({ policy }) => policy === undefined);
  const cases = [
    ...POLICIES.flatMap(({ id, title }) => {
      const found = problems.filter(({ policy }) => policy === id);
      if (found.length === 0) return isJudged ? [testCase(id, title, [])] : [];
      return found.map((problem) =>
        testCase(id, `${title}: ${placeOf(problem)}`, [outcome(problem, counts)]),
      );
    }),
    ...ofPlan.map((problem) => testCase('plan', placeOf(problem), [outcome(problem, counts)])),
  ];
  const failures = problems.filter(counts).length;
  const totals = {
    tests: String(cases.length),
    failures: String(failures),
    errors: '0',
    skipped: String(problems.length - failures),
  };
  const suite = element('testsuite', { name: visible(checkTitle({ plan })), ...totals }, cases);
  const whole = element('testsuites', { name: 'drover plan check', ...totals }, [suite]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(whole)}`;
}

function testCase(classname: string, name: string, content: Element[]): Element {
  return element('testcase', { classname: `policies.${classname}`, name: visible(name) }, content);
}

function outcome(problem: Problem, counts: (problem: Problem) => boolean): Element {
  const weight = weightOf(problem);
  const why = problem.acknowledged === undefined ? '' : ` (acknowledged: ${problem.acknowledged})`;
  const message = visible(`${weight}: ${problem.found}${why}`);
  return counts(problem)
    ? element('failure', { type: weight, message }, formatProblem(problem))
    : element('skipped', { message });
}
