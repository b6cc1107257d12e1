import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNameTemplate, TemplateError } from '../../plan/name-template';

interface Recorded {
  template: string;
  /** Null where Go refuses it. */
  text: string | null;
}

/** What Go's own text/template made of each, with sprig 3.3.0: see name-template/record/main.go. */
const RECORDED = JSON.parse(
  readFileSync(join(__dirname, 'name-template/recorded.json'), 'utf8'),
) as Recorded[];

const VARIABLES = { VmName: 'Web Server_01', Empty: '', DiskIndex: 2n, RootIndex: 0n, Shared: true };

function render(text: string, variables: typeof VARIABLES = VARIABLES): string {
  return readNameTemplate(text, Object.keys(VARIABLES)).render(variables);
}

/** Null where it is refused. */
function rendered(text: string): string | null {
  try {
    return render(text);
  } catch (error) {
    if (error instanceof TemplateError) return null;
    throw error;
  }
}

test('a template that is taken makes what Go makes of it', () => {
  const taken = RECORDED.map(({ template, text }) => ({ template, text, made: rendered(template) })).filter(
    ({ made }) => made !== null,
  );
  expect(taken.map(({ template, made }) => ({ template, text: made }))).toEqual(
    taken.map(({ template, text }) => ({ template, text })),
  );
});

/** Go takes these; a name needs none of them. */
const STRICTER = ['{{add}}', '{{1.}}', '{{1e3}}', '{{.VmName |}}', '{{.}}', '{{$}}'];

test('what Go takes is refused only where no name needs it', () => {
  const refused = RECORDED.filter(({ template, text }) => text !== null && rendered(template) === null);
  expect(refused.map(({ template }) => template)).toEqual(STRICTER);
});

test.each([
  ['a{{.VmNme}}', 'there is no variable .VmNme (did you mean ".VmName"?) at character 4'],
  ['{{uper .VmName}}', 'there is no function uper (did you mean "upper"?) at character 3'],
  ['{{range .VmName}}', 'there is a {{range}}, which Drover does not know, at character 3'],
  ['{{$x := 1}}', 'there is a variable ($), which Drover does not know at character 3'],
  ['{{if .Shared}}a', 'an {{if}} has no {{end}}: it begins at character 3'],
  ['{{trunc .VmName}}', 'the function trunc has 1 arguments (it takes 2) at character 3'],
  ['{{.VmName', 'an action is not closed by }}'],
  ['{{trunc .VmName 3}}', 'a text stands where a whole number belongs'],
  ['{{div 1 .RootIndex}}', 'something is divided by 0'],
  ['{{repeat 2000 "a"}}', 'a text grows longer than 1024 characters'],
  ['{{repeat 9000000000 "a"}}', 'a text is repeated too often'],
  ['{{eq .DiskIndex "0"}}', 'a whole number is compared with a text'],
])('%s is refused: %s', (text, message) => {
  expect(() => render(text)).toThrow(new TemplateError(message));
});
