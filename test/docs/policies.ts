/** The tables of docs/policies.md that are written from the policies. */
import { groupBy } from '../../plan/group-by';
import type { Policy } from '../../plan/policies/policy';
import { policyFiles } from '../plan/policies/policy-files';
import { code, table } from './markdown';

/** Markdown by the name of its place in the document. */
export function policiesParts(): Record<string, string> {
  const groups = groupBy(policyFiles(), ({ folder }) => folder);
  const parts = [...groups].map(([folder, files]) => `### ${TITLES[folder] ?? folder}\n\n${tableOf(files)}`);
  return { policies: parts.join('\n\n') };
}

const TITLES: Readonly<Record<string, string>> = {
  machine: 'The VM as a whole',
  devices: 'Its devices',
  disks: 'Its disks',
  cards: 'Its network cards',
  guest: 'Its guest',
  place: 'Where it runs',
};

function tableOf(files: readonly { policy: Policy }[]): string {
  return table(
    ['policy', 'severity', 'looks at', 'found', 'what to do'],
    files.map(({ policy: { id, severity, impossible, looksAt, found, remedy } }) => [
      code(id),
      impossible ? `${severity}, can't be acknowledged` : severity,
      looksAt,
      found.replace('{}', '…'),
      remedy,
    ]),
  );
}
