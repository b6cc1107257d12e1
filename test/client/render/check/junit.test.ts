import { parser } from 'sax';
import { renderJunit } from '../../../../client/render/check/junit';
import { POLICIES } from '../../../../plan/policies/all';
import { type Problem, weightOf } from '../../../../plan/problem';
import { checkResult, PROBLEMS } from './rows';

interface Tag {
  name: string;
  attributes: Record<string, string>;
}

/** @throws where it is no XML */
function tagsIn(xml: string): Tag[] {
  const tags: Tag[] = [];
  const reader = parser(true);
  reader.onerror = (error) => {
    throw error;
  };
  reader.onopentag = ({ name, attributes }) =>
    tags.push({ name, attributes: attributes as Tag['attributes'] });
  reader.write(xml).close();
  return tags;
}

const named = (tags: Tag[], name: string) => tags.filter((tag) => tag.name === name);
const critical = (problem: Problem) => weightOf(problem) === 'error';

test('each policy is a test case: what counts fails, what does not is skipped with its reason, the others pass', () => {
  const tags = tagsIn(renderJunit(checkResult(PROBLEMS), critical));
  expect(named(tags, 'testsuites')[0]?.attributes).toMatchObject({
    tests: String(POLICIES.length + 1),
    failures: '2',
    skipped: '3',
  });
  expect(named(tags, 'testcase')).toHaveLength(POLICIES.length + 1);
  expect(named(tags, 'failure').map(({ attributes }) => attributes['message'])[0]).toBe(
    'error: it is a template',
  );
  expect(named(tags, 'skipped').map(({ attributes }) => attributes['message'])).toEqual([
    expect.stringMatching(/^acknowledged: its TPM is empty \(acknowledged: no BitLocker/),
    'warning: it can grow',
    'information: a CD',
  ]);
});

test('with a lighter threshold warnings fail, and what is acknowledged never does', () => {
  const counts = (problem: Problem) => ['error', 'warning'].includes(weightOf(problem));
  const tags = tagsIn(renderJunit(checkResult(PROBLEMS), counts));
  expect(named(tags, 'failure').map(({ attributes }) => attributes['type'])).toEqual([
    'error',
    'warning',
    'error',
  ]);
});

test('names of hostile guests are text, and nothing of them is markup or steers a terminal', () => {
  const xml = renderJunit(checkResult(PROBLEMS), critical);
  expect(new Set(tagsIn(xml).map(({ name }) => name))).toEqual(
    new Set(['testsuites', 'testsuite', 'testcase', 'failure', 'skipped']),
  );
  expect(xml).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe]|\p{Surrogate}/u);
});
