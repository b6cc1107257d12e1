/** Labels and node selectors, by Kubernetes' own rules, so that none is refused only when the VM is made. */
import { formatPath, parsePath } from './field-path';
import { errorAt, type Location, type Problem } from './problem';

const NAME = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** By these Drover knows what is its own. */
const OWN_PREFIX = 'drover.dev/';
const OWN_KEY = 'app.kubernetes.io/managed-by';

export function checkLabels(labels: Readonly<Record<string, string>>, at: Location): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const path = formatPath([...parsePath(at.path), key]);
    const here = { ...at, path };
    if (key.startsWith(OWN_PREFIX) || key === OWN_KEY) {
      return [
        errorAt(
          here,
          `the label ${key} is reserved`,
          'use another label: Drover knows its own objects by it',
        ),
      ];
    }
    if (!isLabelKey(key))
      return [errorAt(here, 'this is no key of a label', 'give a key as example.com/team or team')];
    if (value === '' || NAME.test(value)) return [];
    const remedy =
      'give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit';
    return [errorAt(here, `is ${JSON.stringify(value)}, which is no value of a label`, remedy)];
  });
}

function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return NAME.test(key);
  return PREFIX.test(key.slice(0, slash)) && NAME.test(key.slice(slash + 1));
}
