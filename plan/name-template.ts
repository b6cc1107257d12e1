/**
 * Templates of names in Go's syntax, as Forklift's `pvcNameTemplate` and its relatives have them: the part of
 * https://pkg.go.dev/text/template that a name needs, with Forklift's functions (docs/decisions/0038). Its text is a
 * user's, and what it computes with comes from the source: it ends soon, and each text in it has a bound.
 */
import { evaluate, type Variables } from './name-template/evaluate';
import { parse } from './name-template/parse';

export { TemplateError } from './name-template/template-error';
export type { Variables } from './name-template/evaluate';

export interface NameTemplate {
  /** @throws TemplateError where it makes no text of these */
  render(variables: Variables): string;
}

/**
 * @param variables names of those that it may use, without the dot
 * @throws TemplateError where it is no template, or uses what Drover does not know
 */
export function readNameTemplate(text: string, variables: readonly string[]): NameTemplate {
  const nodes = parse(text, variables);
  return { render: (given) => evaluate(nodes, given) };
}
