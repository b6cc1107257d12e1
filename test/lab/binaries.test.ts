import { chooseKubernetes, chooseTemporal } from '../../lab/binaries';
import type { Machine } from '../../lab/machine';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const CACHED_KUBERNETES = '/cache/drover/kubernetes-v1.34.4';
const CACHED_TEMPORAL = '/cache/drover/temporal-v1.5.1';

/** A machine with this environment, on which exactly these files can be run. */
function machine(env: NodeJS.ProcessEnv, files: string[] = []): Machine {
  const all = { XDG_CACHE_HOME: '/cache', PATH: '/usr/bin:/opt/bin', ...env };
  return { env: all, isExecutable: (path) => files.includes(path) };
}

const allIn = (folder: string) => PROGRAMS.map((program) => `${folder}/${program}`);
const everywhere = [...allIn('/assets'), ...allIn('/opt/bin'), ...allIn(CACHED_KUBERNETES)];

test('a cluster that the user lends comes before every program', () => {
  const env = { DROVER_LAB_KUBECONFIG: '/home/me/config', KUBEBUILDER_ASSETS: '/assets' };
  expect(chooseKubernetes(machine(env, everywhere))).toEqual({
    from: 'given',
    kubeconfig: '/home/me/config',
  });
});

test('programs named by KUBEBUILDER_ASSETS come before those on the PATH', () => {
  expect(chooseKubernetes(machine({ KUBEBUILDER_ASSETS: '/assets' }, everywhere))).toMatchObject({
    from: 'found',
    binaries: { etcd: '/assets/etcd', kubeScheduler: '/assets/kube-scheduler' },
  });
});

test('programs on the PATH come before those fetched earlier', () => {
  expect(chooseKubernetes(machine({}, everywhere))).toMatchObject({
    from: 'found',
    binaries: { kubeApiserver: '/opt/bin/kube-apiserver' },
  });
});

test('a folder in which one of the four programs is missing is passed over as a whole', () => {
  const files = [...allIn('/assets').slice(1), ...allIn('/opt/bin').slice(0, 3), ...allIn(CACHED_KUBERNETES)];
  expect(chooseKubernetes(machine({ KUBEBUILDER_ASSETS: '/assets' }, files))).toEqual({
    from: 'found',
    binaries: {
      etcd: `${CACHED_KUBERNETES}/etcd`,
      kubeApiserver: `${CACHED_KUBERNETES}/kube-apiserver`,
      kubeControllerManager: `${CACHED_KUBERNETES}/kube-controller-manager`,
      kubeScheduler: `${CACHED_KUBERNETES}/kube-scheduler`,
    },
  });
});

test('a machine without the programs fetches them into the folder of their version', () => {
  expect(chooseKubernetes(machine({}))).toEqual({ from: 'fetch', folder: CACHED_KUBERNETES });
});

test('a Temporal server that the user runs comes before every program', () => {
  const choice = chooseTemporal(machine({ TEMPORAL_ADDRESS: 'temporal:7233' }, ['/usr/bin/temporal']));
  expect(choice).toEqual({ from: 'given', address: 'temporal:7233' });
});

test('temporal on the PATH comes before the one fetched earlier, and that before fetching', () => {
  const cached = `${CACHED_TEMPORAL}/temporal`;
  expect(chooseTemporal(machine({}, ['/usr/bin/temporal', cached]))).toMatchObject({
    binary: '/usr/bin/temporal',
  });
  expect(chooseTemporal(machine({}, [cached]))).toMatchObject({ from: 'found', binary: cached });
  expect(chooseTemporal(machine({}))).toEqual({ from: 'fetch', folder: CACHED_TEMPORAL });
});
