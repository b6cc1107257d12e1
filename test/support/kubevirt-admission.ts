/** KubeVirt's own judgement of machines, by the webhooks of its virt-api: see lab/kubevirt-admission. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { buildProgram } from '../../lab/own-program';
import type { Pod, VirtualMachine } from '../../activities/kubernetes/api/kinds';
import type { FrozenVm } from '../../plan/frozen';

/** For the program's build, where it is not in the cache yet. */
export const BUILD_TIMEOUT_MS = 1_800_000;

/** As lab/kubevirt-admission/question.go has it. */
interface Question {
  machine?: object;
  /** What the machine was, where it is changed. */
  before?: object;
  instance?: object;
  /** Asks for the instance's Pod, too. */
  launcher?: boolean;
  /** Feature gates that its KubeVirt has on. */
  gates?: readonly string[];
  /** What the machine names; see {@link clusterOf}. */
  cluster?: readonly object[];
}

export interface Verdict {
  /** As the cluster would store them; absent where refused. */
  machine?: VirtualMachine;
  instance?: { spec: NonNullable<VirtualMachine['spec']['template']['spec']> };
  launcher?: Pod;
  /** Empty where everything is admitted. */
  refusals: { kind: string; field: string; message: string }[];
  warnings: string[];
}

interface Asked {
  resolve(verdict: Verdict): void;
  reject(error: Error): void;
}

export class KubevirtAdmission {
  private readonly asked: Asked[] = [];
  private readonly closed: Promise<unknown>;
  private ended: Error | null = null;
  private words = '';

  private constructor(private readonly program: ChildProcessByStdio<Writable, Readable, Readable>) {
    program.stderr.on(
      'data',
      (chunk: Buffer) => (this.words = (this.words + chunk.toString()).slice(-2_000)),
    );
    createInterface(program.stdout).on('line', (line) =>
      this.asked.shift()?.resolve(JSON.parse(line) as Verdict),
    );
    // Its end is told by `close`, with its words.
    program.stdin.on('error', () => undefined);
    this.closed = once(program, 'close').then(() => {
      this.ended = new Error(`kubevirt-admission ended: ${this.words}`);
      for (const { reject } of this.asked.splice(0)) reject(this.ended);
    });
  }

  /** Builds the program at the first time, which takes minutes. Resolves when it has given its first verdict: the next are quick. */
  static async start(): Promise<KubevirtAdmission> {
    const path = await buildProgram('kubevirt-admission', (line) => process.stderr.write(`${line}\n`));
    const admission = new KubevirtAdmission(spawn(path, { stdio: ['pipe', 'pipe', 'pipe'] }));
    await admission.judge({ instance: {} });
    return admission;
  }

  judge(question: Question): Promise<Verdict> {
    if (this.ended !== null) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.asked.push({ resolve, reject });
      this.program.stdin.write(JSON.stringify(question));
    });
  }

  async stop(): Promise<void> {
    this.program.stdin.end();
    await this.closed;
  }
}

/** What a cluster has when a VM's target starts there: its instance type, preference, claims and networks, and the claim that keeps its TPM. */
export function clusterOf(vm: FrozenVm): object[] {
  const { instanceType, preference, namespace, targetName, disks, nics } = vm;
  const claim = (name: string, volumeMode: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: { volumeMode },
  });
  return [
    ...(instanceType === undefined ? [] : [typeObject(instanceType, namespace)]),
    ...(preference === undefined ? [] : [preferenceObject(preference, OTHERWISE)]),
    ...disks.map(({ volumeName, volumeMode }) => claim(volumeName, volumeMode)),
    claim(`persistent-state-for-${targetName}`, 'Filesystem'),
    ...nics.flatMap(({ network }) =>
      network.kind === 'pod'
        ? []
        : [
            {
              apiVersion: 'k8s.cni.cncf.io/v1',
              kind: 'NetworkAttachmentDefinition',
              metadata: { name: network.name, namespace: network.namespace },
              spec: { config: '{}' },
            },
          ],
    ),
  ];
}

/** What a preference may say of what Drover says itself, always otherwise; and Hyper-V and a source of randomness besides. */
const OTHERWISE = {
  annotations: { 'vm.kubevirt.io/os': 'otherwise' },
  cpu: { preferredCPUTopology: 'cores' },
  devices: {
    preferredAutoattachPodInterface: true,
    preferredDiskBus: 'usb',
    preferredInputBus: 'virtio',
    preferredInterfaceModel: 'rtl8139',
    preferredRng: {},
    preferredTPM: { persistent: false },
  },
  features: { preferredHyperv: { relaxed: {}, vapic: {} }, preferredSmm: { enabled: false } },
  firmware: { preferredEfi: { secureBoot: true } },
  machine: { preferredMachineType: 'pc-q35-4.2' },
  preferredTerminationGracePeriodSeconds: 1,
};

export function preferenceObject(name: string, spec: object): object {
  const kind = 'VirtualMachineClusterPreference';
  return { apiVersion: 'instancetype.kubevirt.io/v1beta1', kind, metadata: { name }, spec };
}

function typeObject(type: NonNullable<FrozenVm['instanceType']>, namespace: string): object {
  const { kind, name, cpus, memoryBytes } = type;
  return {
    apiVersion: 'instancetype.kubevirt.io/v1beta1',
    kind,
    metadata: { name, ...(kind === 'VirtualMachineInstancetype' && { namespace }) },
    spec: { cpu: { guest: cpus }, memory: { guest: String(memoryBytes) } },
  };
}
