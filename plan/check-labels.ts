/**
 * Labels and node selectors, by Kubernetes' own rules (`IsQualifiedName` and `IsValidLabelValue`: apimachinery 0.34.4,
 * pkg/util/validation/validation.go). So Drover refuses a wrong one at once, and not only when it makes the VM.
 */
import { formatPath, parsePath } from './field-path';
import { errorAt, type Location, type Problem } from './problem';

const NAME = /^[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** By these Drover knows what is its own. */
const OWN_PREFIX = 'drover.dev/';
const OWN_KEY = 'app.kubernetes.io/managed-by';

export function checkLabels(labels: Readonly<Record<string, string>>, at: Location): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const fault = labelFault(key, value);
    if (fault === null) return [];
    return [errorAt({ ...at, path: formatPath([...parsePath(at.path), key]) }, fault.found, fault.remedy)];
  });
}

/** What KubeVirt lets nobody but itself set on a VM's Pods (kubevirt 1.6.0: restrictedVmiLabels). */
const KUBEVIRT_OWN = [
  'created-by',
  'install-strategy',
  'migrationJobUID',
  'migrationTargetNodeName',
  'nodeName',
  'schedulable',
].map((name) => `kubevirt.io/${name}`);

/** Of the VM itself: KubeVirt refuses a VM that has one of its own labels. */
export function checkVmLabels(labels: Readonly<Record<string, string>>, at: Location): Problem[] {
  return KUBEVIRT_OWN.filter((key) => Object.hasOwn(labels, key)).map((key) => {
    const path = formatPath([...parsePath(at.path), key]);
    const remedy = 'remove it: KubeVirt refuses a VM that has it';
    return errorAt({ ...at, path }, `the label ${key} is KubeVirt's own`, remedy);
  });
}

/** What is wrong with one label; null where it is sound. */
export function labelFault(key: string, value: string): Pick<Problem, 'found' | 'remedy'> | null {
  if (key.startsWith(OWN_PREFIX) || key === OWN_KEY) {
    const remedy = 'use another label: Drover knows its own objects by it';
    return { found: `the label ${key} is reserved`, remedy };
  }
  if (!isLabelKey(key))
    return { found: 'this is no key of a label', remedy: 'give a key as example.com/team or team' };
  if (isLabelValue(value)) return null;
  const remedy =
    'give at most 63 letters, digits, dashes, dots and underscores, beginning and ending with a letter or digit';
  return { found: `is ${JSON.stringify(value)}, which is no value of a label`, remedy };
}

/** Also the empty text. */
export function isLabelValue(value: string): boolean {
  return value === '' || NAME.test(value);
}

export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return NAME.test(key);
  return PREFIX.test(key.slice(0, slash)) && NAME.test(key.slice(slash + 1));
}
