import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CLUSTER_RIGHTS, TARGET_RIGHTS, type Rights } from '../../activities/kubernetes/rights';

interface Role {
  kind: string;
  metadata: { name: string };
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

const documents = parseAllDocuments(readFileSync(join(__dirname, '../../deploy/rbac.yaml'), 'utf8'));

function granted(role: string): Rights {
  const found = documents
    .map((document) => document.toJS() as Role)
    .find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === role);
  const entries = (found?.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((name) => [group === '' ? name : `${name}.${group}`, verbs] as const),
    ),
  );
  return Object.fromEntries(entries);
}

test('the shipped rights in target namespaces are those that the worker asks for', () => {
  expect(granted('drover-targets')).toEqual(TARGET_RIGHTS);
});

test('the shipped rights over the cluster are those that the worker asks for', () => {
  expect(granted('drover-cluster')).toEqual(CLUSTER_RIGHTS);
});

test('in the namespaces of plans the worker may read Secrets, and nothing else', () => {
  expect(granted('drover-plans')).toEqual({ secrets: ['get'] });
});
