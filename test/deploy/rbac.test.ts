import type { KubernetesObject } from '@kubernetes/client-node';
import {
  CLUSTER_RIGHTS,
  NETWORK_RIGHTS,
  TARGET_RIGHTS,
  type Rights,
} from '../../activities/kubernetes/target/rights';
import { type DeployFolder, renderDeploy, renderIn } from '../../lab/kustomize';

interface Role extends KubernetesObject {
  rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
}

interface Binding extends KubernetesObject {
  roleRef: { kind: string; name: string };
  subjects: { kind: string; name: string; namespace: string }[];
}

const ACCOUNT = { kind: 'ServiceAccount', name: 'drover-worker', namespace: 'drover' };

function only<T extends KubernetesObject>(objects: KubernetesObject[], kind: string, name: string): T {
  const found = objects.filter((object) => object.kind === kind && object.metadata?.name === name);
  expect(found).toHaveLength(1);
  return found[0] as T;
}

function rights({ rules }: Role): Rights {
  const entries = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((name) => [group === '' ? name : `${name}.${group}`, verbs] as const),
    ),
  );
  return Object.fromEntries(entries);
}

const kindsOf = (objects: KubernetesObject[]) => objects.map(({ kind }) => kind).sort();

beforeAll(async () => void (await renderDeploy('account')), 300_000);

test.each<[DeployFolder, string, Rights]>([
  ['target', 'drover-target', TARGET_RIGHTS],
  ['networks', 'drover-networks', NETWORK_RIGHTS],
  ['plans', 'drover-plans', { secrets: ['get'], configmaps: ['get'] }],
])(
  'deploy/%s gives one namespace what the worker asks for there, and nothing else',
  async (folder, name, asked) => {
    const objects = await renderIn('theirs', folder);
    expect(kindsOf(objects)).toEqual(['Role', 'RoleBinding']);
    expect(objects.map(({ metadata }) => metadata?.namespace)).toEqual(['theirs', 'theirs']);
    expect(rights(only(objects, 'Role', name))).toEqual(asked);
    expect(only<Binding>(objects, 'RoleBinding', name)).toMatchObject({
      roleRef: { kind: 'Role', name },
      subjects: [ACCOUNT],
    });
  },
);

test('deploy/account gives over the cluster only what the worker asks of it, and nothing that has a namespace', async () => {
  const objects = await renderDeploy('account');
  expect(kindsOf(objects)).toEqual(['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'ServiceAccount']);
  expect(rights(only(objects, 'ClusterRole', 'drover-cluster'))).toEqual(CLUSTER_RIGHTS);
  const namespaced = Object.keys({ ...TARGET_RIGHTS, ...NETWORK_RIGHTS });
  expect(Object.keys(CLUSTER_RIGHTS).filter((resource) => namespaced.includes(resource))).toEqual([]);
});

test('deploy/cluster-wide is, by choice, the rights of targets and plans in every namespace', async () => {
  const objects = await renderDeploy('cluster-wide');
  expect(kindsOf(objects)).toEqual([
    'ClusterRole',
    'ClusterRole',
    'ClusterRoleBinding',
    'ClusterRoleBinding',
  ]);
  expect(rights(only(objects, 'ClusterRole', 'drover-target'))).toEqual(TARGET_RIGHTS);
  expect(rights(only(objects, 'ClusterRole', 'drover-plans'))).toEqual({
    secrets: ['get'],
    configmaps: ['get'],
  });
  for (const name of ['drover-target', 'drover-plans']) {
    expect(only<Binding>(objects, 'ClusterRoleBinding', name)).toMatchObject({
      roleRef: { kind: 'ClusterRole', name },
      subjects: [ACCOUNT],
    });
  }
});

test('the example gives nothing beyond its two namespaces, and of the Secrets of plans the named ones', async () => {
  const objects = await renderDeploy('example');
  const bound = objects
    .filter(({ kind }) => kind === 'RoleBinding')
    .map(({ metadata }) => metadata?.namespace);
  expect(bound.sort()).toEqual(['cdi', 'migrated', 'openshift-mtv']);
  expect(only<Role>(objects, 'Role', 'drover-plans').rules).toEqual([
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['vcenter-login'], verbs: ['get'] },
  ]);
  expect(kindsOf(objects).filter((kind) => kind === 'ClusterRole')).toHaveLength(1);
});

test("deploy/openshift lets a namespace's Pods run as user 107, and gives the worker's account nothing", async () => {
  const objects = await renderIn('theirs', 'openshift');
  expect(objects).toEqual([
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'drover-nonroot', namespace: 'theirs' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:openshift:scc:nonroot-v2',
      },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'theirs' }],
    },
  ]);
});
