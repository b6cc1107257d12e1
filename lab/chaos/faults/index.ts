/** Every fault that a storm knows. To add one: its entry here, and `npm run docs`. */
import { poolFull } from './array';
import { clockJumps } from './clocks';
import { containerKilled, IMPORTER, podEvicted, volumeFull } from './containers';
import type { Fault } from './fault';
import { cut, doubled, halfOpen, held, slowed, toKubernetes, toTemporal, toVcenter } from './links';
import { anyWorker, frozen, killed, part } from './parts';
import { sessionsDropped, vcenterBusy } from './vcenter';

/**
 * Seconds: longer than a worker may be silent before another takes its work over. That is 7.5 s, and 30 s where nobody's source is
 * off (docs/decisions/0032).
 */
const ZOMBIE = [9, 36] as const;
const SHORT = [2, 12] as const;

export const FAULTS: readonly Fault[] = [
  killed('worker', anyWorker),
  frozen('worker', anyWorker, ZOMBIE),
  clockJumps,
  killed('Temporal', part('temporal')),
  frozen('Temporal', part('temporal'), SHORT),
  killed('etcd', part('etcd')),
  frozen('etcd', part('etcd'), SHORT),
  killed('API server', part('kube-apiserver')),
  frozen('API server', part('kube-apiserver'), SHORT),
  killed('controller manager', part('kube-controller-manager')),
  killed('scheduler', part('kube-scheduler')),
  frozen('scheduler', part('kube-scheduler'), SHORT),
  killed('registry', part('registry')),
  frozen('registry', part('registry'), SHORT),
  killed('vCenter', part('vcsim')),
  frozen('vCenter', part('vcsim'), SHORT),
  killed('nodes and storage', part('outside')),
  frozen('nodes and storage', part('outside'), SHORT),
  sessionsDropped,
  vcenterBusy,
  containerKilled('plugin', ['/plugin/plugin.mjs', '/image/main.mjs']),
  containerKilled('importer', IMPORTER),
  containerKilled('conversion', ['/opt/drover/main.js']),
  podEvicted,
  volumeFull,
  poolFull,
  cut('Temporal', toTemporal),
  cut('the API server', toKubernetes),
  cut('vCenter', toVcenter),
  held('Temporal', toTemporal),
  held('the API server', toKubernetes),
  held('vCenter', toVcenter),
  halfOpen('Temporal', toTemporal),
  halfOpen('the API server', toKubernetes),
  halfOpen('vCenter', toVcenter),
  doubled('Temporal', toTemporal),
  slowed('Temporal', toTemporal),
  slowed('the API server', toKubernetes),
  slowed('vCenter', toVcenter),
];
