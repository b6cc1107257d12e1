/**
 * Every way a migration can fail, as data.
 *
 * Activities throw one of these kinds; workflows decide by `retry`; people read `remedy`.
 * A kind is also the `type` of the Temporal ApplicationFailure that carries it.
 */
import { cut } from './cut';
import { LONGEST_MESSAGE } from './field-limits';

interface FailureSpec {
  /**
   * `automatic`: the cause may go away by itself, so Temporal runs the activity again.
   * `attempt`: this copy or conversion is lost; the workflow decides whether to start a new one.
   * `operator`: another try alone does not help; the VM parks until a person acts.
   */
  readonly retry: 'automatic' | 'attempt' | 'operator';
  /** What a person can do about it, as an instruction. */
  readonly remedy: string;
  /** What the migration has done already and must do again after a retry. Default: nothing. */
  readonly undoes?: Undoing;
  /** The plan's policy that may let the migration go on in another way instead of parking. Default: none. */
  readonly policy?: Policy;
  /** The message is the copier's own text: secrets in it are masked before anybody sees it. */
  readonly quotesCopier?: true;
}

/**
 * `volume`: in the phase `copy` the volume of the disk that failed, in any other phase all volumes, because a conversion
 * or a VM uses all disks together. `copies`: the contents of all volumes. `source-stop`: all copies, and the stop of the
 * source. `attachment`: what the migration knows of volumes that it attaches: it waits for them once more, and gives them to its
 * target.
 */
export type Undoing = 'volume' | 'copies' | 'source-stop' | 'attachment';

/**
 * `fallback`: the plugin failed, and the map may let CDI import the disk instead. Failures of other kinds (a lost volume,
 * a full quota) have no fallback: an import would fail, too. `onUnconvertible`: virt-v2v can't convert the guest. Its
 * disks are unchanged since the copy, and the plan may let the target start with them.
 */
export type Policy = 'fallback' | 'onUnconvertible';

export const FAILURES = {
  // The input
  InvalidInput: { retry: 'operator', remedy: 'mend the named fields and start again' },
  PlanTooLarge: { retry: 'operator', remedy: 'split the plan into several plans' },
  ImageNotAllowed: {
    retry: 'operator',
    remedy: "name an image that the worker allows, or add it to the worker's DROVER_ALLOWED_IMAGES",
  },
  AlreadyMigrated: {
    retry: 'operator',
    remedy:
      'nothing to do. To migrate the VM again, let the owner of its target remove the target if it still exists, and use --again (again: true in the input of migrateVm)',
  },
  AlreadyMigrating: { retry: 'operator', remedy: 'wait for the other migration of this VM, or abort it' },

  // The source
  SourceUnreachable: {
    retry: 'automatic',
    remedy: 'check the Provider URL, DNS and the network path to vCenter',
  },
  SourceLoginRefused: {
    retry: 'operator',
    remedy: 'put the right user and password into the Provider Secret, then retry',
  },
  SourceCertificateRefused: {
    retry: 'operator',
    remedy: 'put the right ca.crt or thumbprint into the Provider Secret, then retry',
  },
  SourceEndpointWrong: {
    retry: 'operator',
    remedy:
      'let url and settings.sdkEndpoint of the Provider fit each other as the message says, then start again',
  },
  SourceRightsMissing: {
    retry: 'operator',
    remedy:
      'give the vCenter account the named privilege, or the ESXi host a license that is not the free one, then retry',
  },
  SourceVmMissing: {
    retry: 'operator',
    remedy:
      'check that the VM still exists where the message says, and that the login may read it; then retry',
  },
  SourceChanged: {
    retry: 'operator',
    remedy: 'undo the change at the source, or abort and start with a fresh plan',
  },
  SourceShutdownTimeout: {
    retry: 'operator',
    remedy: 'shut the guest down by hand and retry, or set onShutdownTimeout: powerOff',
  },
  SourceRanMeanwhile: {
    retry: 'operator',
    undoes: 'source-stop',
    remedy:
      'leave the source off, and every VM that has a disk together with it, and retry: its disks are copied again',
  },
  SharedDiskInUse: {
    retry: 'operator',
    remedy: 'shut the named VM down, leave it off, then retry; nothing was copied yet',
  },
  SharedDiskNotReady: {
    retry: 'operator',
    remedy: 'bring the migration of the named VM to its end (drover status VM), then retry; or abort',
  },
  SharedDiskChanged: {
    retry: 'operator',
    undoes: 'attachment',
    remedy:
      'decide who has the right data (docs/operations.md, Shared disks); if it is the source: roll back the VM that copied the disk, migrate it again with all VMs of the disk off, then retry; or abort',
  },
  SourceFault: { retry: 'automatic', remedy: 'read the named vCenter fault' },

  AnswerTooLarge: {
    retry: 'operator',
    remedy:
      'find out why the answer of the named server is so large (limits: docs/operations.md); if the answer is right, ask for less at once',
  },

  // The target cluster
  TargetUnreachable: {
    retry: 'automatic',
    remedy: 'check the target cluster and the network path to its API',
  },
  TargetRefused: { retry: 'operator', remedy: 'mend what the API server names, then retry' },
  TargetRightsMissing: {
    retry: 'operator',
    remedy: "give Drover's account the named right (docs/operations.md, Rights), then retry",
  },
  NamespaceNotConsented: {
    retry: 'operator',
    remedy: 'let the owner of the named namespace run the command in the message, if they agree, then retry',
  },
  SecretNotConsented: {
    retry: 'operator',
    remedy:
      'let the owner of the named Secret or ConfigMap run the command in the message, if they agree, then retry',
  },
  AccountNotConsented: {
    retry: 'operator',
    remedy:
      'let the owner of the named ServiceAccount run the command in the message, if they agree, then retry',
  },
  TargetSecretMissing: { retry: 'operator', remedy: 'create the named Secret, then retry' },
  NameTaken: {
    retry: 'operator',
    remedy:
      'the named object is not of this migration. Let its owner rename or remove it, then retry; or abort, and start again with another targetName',
  },
  TargetLeftOver: {
    retry: 'operator',
    remedy:
      'see what is proven of it (drover status VM); then keep that and copy the rest (drover adopt VM), or remove all of it (drover remove-leftovers VM)',
  },
  TargetUnclear: {
    retry: 'operator',
    remedy:
      'ask the owner of the named objects whether they are in use (docs/operations.md, TargetUnclear); Drover removes none of them',
  },
  PodRefused: {
    retry: 'operator',
    remedy:
      'let the target namespace admit the named Pod, then retry; or abort, and start again with other podResources (docs/operations.md, Rules for Pods)',
  },
  NoNodeFits: {
    retry: 'operator',
    remedy:
      'give the target a node that has what the message names, then retry; or abort, and start again with other podResources, conversionKvm, node selectors or affinities',
  },
  QuotaExceeded: { retry: 'operator', remedy: 'raise the quota of the target namespace, then retry' },
  VddkImageMissing: {
    retry: 'operator',
    remedy: 'set vddkInitImage on the Provider, or the v2v-vmware ConfigMap of CDI',
  },

  // Volumes
  ClaimRefused: {
    retry: 'operator',
    remedy: 'mend what the message names (a quota, a storage class), then retry: the claim is made again',
  },
  VolumeNotBound: {
    retry: 'operator',
    remedy:
      'read the reason that the claim or its Pod gives, mend it, then retry; or retry with another class: --set disk.N.storageClass=…',
  },
  VolumeLost: { retry: 'operator', undoes: 'volume', remedy: 'retry: the volume is made and filled again' },
  DeviceNotWritable: {
    retry: 'operator',
    remedy:
      "set device_ownership_from_security_context in the nodes' containerd or CRI-O (docs/operations.md, Block devices), then retry; or retry with files: --set disk.N.volumeMode=Filesystem",
  },

  // Copies
  CopyFailed: {
    retry: 'attempt',
    policy: 'fallback',
    quotesCopier: true,
    remedy: "read the copier's message",
  },
  CopyRefused: {
    retry: 'operator',
    policy: 'fallback',
    quotesCopier: true,
    remedy: "mend what the copier's message names, then retry",
  },
  CopierLost: {
    retry: 'operator',
    remedy: 'prove that the named Pod no longer runs (or remove its node), then retry',
  },
  CopyNotStarted: {
    retry: 'attempt',
    policy: 'fallback',
    remedy: "mend what keeps the copier's Pod from starting (the message names it), then retry",
  },
  CopyStalled: {
    retry: 'attempt',
    policy: 'fallback',
    remedy: 'find out why the copy stands still, or retry with another one: --set stallDeadline=…',
  },
  CopyDeadline: {
    retry: 'operator',
    policy: 'fallback',
    remedy: 'find out why the copy is slow, or retry with more time: --set copyDeadline=…',
  },
  ImportRestarts: { retry: 'operator', remedy: "mend what the importer's message names, then retry" },

  // Conversion and the target VM
  ConversionFailed: {
    retry: 'operator',
    remedy: "read virt-v2v's message; a retry converts again, from the copied disks",
  },
  ConversionLost: {
    retry: 'attempt',
    remedy:
      "see why the conversion's Pod ended, then retry: the next attempt continues where this one stopped",
  },
  ConversionNotStarted: {
    retry: 'attempt',
    remedy: "find out why the conversion's Pod did not run, mend the cause, then retry",
  },
  ScratchFull: {
    retry: 'operator',
    remedy:
      'retry with a larger scratch volume: --set conversionTempStorageSize=…; the named claim is made anew',
  },
  ScratchLost: { retry: 'operator', undoes: 'copies', remedy: 'retry: the disks are copied again first' },
  GuestNotRecognized: {
    retry: 'operator',
    policy: 'onUnconvertible',
    remedy: 'retry it with --set conversion=skip, which starts it unconverted; or abort it',
  },
  GuestUnsupported: {
    retry: 'operator',
    policy: 'onUnconvertible',
    remedy: 'retry it with --set conversion=skip, which starts it unconverted; or abort it',
  },
  GuestMultiBoot: {
    retry: 'operator',
    policy: 'onUnconvertible',
    remedy:
      'abort, name the partition of the system to convert in the plan (rootDisk: /dev/sda2), start again; or retry it with --set conversion=skip',
  },
  GuestUnclean: {
    retry: 'operator',
    policy: 'onUnconvertible',
    remedy:
      'abort, start the source, turn off hibernation and fast startup, shut it down cleanly, start again',
  },
  GuestEncrypted: {
    retry: 'operator',
    policy: 'onUnconvertible',
    remedy:
      "put the passphrase of the named device into the Secret of the VM's luks field, then retry; if the plan names no Secret: abort, name one, start again; or retry it with --set conversion=skip",
  },
  GuestKeysUnfit: {
    retry: 'operator',
    remedy: 'put the passphrases into the named Secret, one line under each key, then retry',
  },
  GuestScriptsUnfit: {
    retry: 'operator',
    remedy: 'mend the named ConfigMap as the message says, then retry',
  },
  CustomizationFailed: {
    retry: 'operator',
    remedy:
      'mend the named script in the ConfigMap of customizationScripts, then retry: the guest is converted again, from the copied disks',
  },
  GuestDriversMissing: {
    retry: 'operator',
    policy: 'onUnconvertible',
    remedy: 'retry with an image that holds virtio-win: --set conversionImage=…',
  },
  MachineNotStarted: {
    retry: 'operator',
    remedy: 'read the reason that the VirtualMachine gives, mend it, then retry',
  },
  GuestNotUp: {
    retry: 'operator',
    remedy:
      'read the console (drover console), mend the target, then retry; or abort: the source then runs again',
  },
  MachineNotStopped: {
    retry: 'operator',
    remedy: 'stop the target VM by hand, then retry: the source stays off until the target is gone',
  },

  // Hooks
  HookFailed: {
    retry: 'operator',
    remedy:
      'read what the hook said (drover logs VM --hook), mend what it names, then retry: the hook runs again',
  },

  // Going back after success
  RecordMissing: {
    retry: 'operator',
    remedy: 'stop the target and start the source by hand: Drover no longer knows what it migrated',
  },
  TargetFinal: {
    retry: 'operator',
    remedy: 'nothing to do. To go back all the same, stop the target and start the source by hand',
  },
  TargetChanged: {
    retry: 'operator',
    remedy: 'ask the owner of the target: Drover stops and removes only what this migration made',
  },
  TargetShared: {
    retry: 'operator',
    remedy:
      'roll back, or remove, the named VirtualMachines first: they use disks of this one. Then retry, or roll back again',
  },
  SourceUsed: {
    retry: 'operator',
    remedy:
      'decide which of the two is to serve. If it is the source: stop the target and start the source by hand, then roll back again',
  },

  // Ourselves
  WaitFailed: { retry: 'automatic', remedy: 'check the worker and its connection to the cluster' },
  Unexpected: { retry: 'operator', remedy: "read the worker's log" },
} as const satisfies Record<string, FailureSpec>;

export type FailureKind = keyof typeof FAILURES;

/** The row of a kind, typed with its optional columns. */
export function failureSpec(kind: FailureKind): FailureSpec {
  return FAILURES[kind];
}

/** A failure as states, results and lists show it. */
export interface Failure {
  kind: FailureKind;
  /** One sentence, safe to show: no body, header or secret of a foreign answer. */
  message: string;
  remedy: string;
}

export function isFailureKind(text: string): text is FailureKind {
  return Object.hasOwn(FAILURES, text);
}

/** Kinds that Temporal must not retry by itself: a workflow or an operator decides what happens next. */
export const NON_RETRYABLE_KINDS: readonly FailureKind[] = (Object.keys(FAILURES) as FailureKind[]).filter(
  (kind) => FAILURES[kind].retry !== 'automatic',
);

/** At most {@link LONGEST_MESSAGE} characters of a message: it may quote what others said. */
export function shortMessage(message: string): string {
  return cut(message, LONGEST_MESSAGE);
}

export function describeFailure(kind: FailureKind, message: string): Failure {
  return { kind, message, remedy: FAILURES[kind].remedy };
}
