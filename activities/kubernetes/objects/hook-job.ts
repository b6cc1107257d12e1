import { hookImage, type FrozenHook, type FrozenVm } from '../../../plan/frozen';
import { hookJobName } from '../../../plan/names';
import { podResources } from '../../../plan/pod-resources';
import { vmRef } from '../../../plan/vm-ref';
import type { Job } from '../api/kinds';
import { ownerLabels } from '../api/ownership';
import { RESTRICTED_CONTAINER, RESTRICTED_POD } from './restricted';
import { stepJob } from './step-job';
import { STEP_CONTAINERS } from './steps';

export const HOOK_CONTAINER = STEP_CONTAINERS.hook;

const FILES = '/tmp/hook';
/** As Forklift runs a playbook in its hook-runner (pkg/controller/plan/hook.go: template). */
const RUN_PLAYBOOK = [
  '/bin/entrypoint',
  'ansible-runner',
  'run',
  '/tmp/runner',
  '-p',
  `${FILES}/playbook.yml`,
];

/** One attempt at a hook. It sees no disk of the VM, and gets no login of ours. */
export function hookJob(vm: FrozenVm, hook: FrozenHook, attempt: number): Job {
  const { serviceAccount, playbook, resources } = hook;
  const name = hookJobName(vm.baseName, hook.step, attempt);
  return stepJob({
    name,
    namespace: vm.namespace,
    step: 'hook',
    labels: ownerLabels(vmRef(vm)),
    pod: {
      ...RESTRICTED_POD,
      ...(serviceAccount !== undefined && {
        serviceAccountName: serviceAccount,
        automountServiceAccountToken: true,
      }),
      terminationGracePeriodSeconds: 30,
      containers: [
        {
          name: HOOK_CONTAINER,
          image: hookImage(hook),
          ...(playbook !== undefined && { command: RUN_PLAYBOOK }),
          ...RESTRICTED_CONTAINER,
          volumeMounts: [{ name: 'hook', mountPath: FILES }],
          resources: { ...podResources('hook', resources) },
        },
      ],
      volumes: [{ name: 'hook', configMap: { name } }],
    },
  });
}
