/**
 * What the systems themselves recorded of one round of a storm. Nothing here comes from Drover's own words, but for the
 * histories that Temporal keeps. All times are milliseconds since 1970, by the one clock of the machine.
 */

export interface Facts {
  vms: VmFacts[];
  /** Changes that the API server answered with success, oldest first. From its audit log; dry runs are left out. */
  writes: ApiWrite[];
  /** vCenter's events of the sources' power, oldest first. */
  power: PowerEvent[];
  /** Runs of containers, as the nodes recorded them, by their begin. */
  runs: ContainerRun[];
  /** Copies inside the storage array, as it recorded them, by their begin. */
  arrayCopies: ArrayCopy[];
  /** What is in the target namespace at the end, `resource/name`. */
  contents: string[];
  /** Objects of others, as they were before the storm and as they are now. */
  strangers: Stranger[];
  /** Every run of every workflow. */
  histories: RecordedRun[];
  /** What replaying each history against the workflows' code said. */
  replays: Replay[];
  /** Where a secret was found, `place: which`. */
  secrets: string[];
  /** User names of Drover's workers at the API server. */
  identities: string[];
}

export interface VmFacts {
  name: string;
  moref: string;
  /** Of the VirtualMachine. */
  target: string;
  /** Whether the source ran before the storm. */
  ranAtFirst: boolean;
  disks: DiskFacts[];
  /** Null where its workflow still runs. */
  outcome: string | null;
  /** Why it waits for an operator; null where it does not. */
  parkedBecause: string | null;
  /** When an operator's or a cancellation's abort was recorded, or a failure after which disks are void. */
  voidedAt: number[];
  /** When an operator asked for what starts the source again: an abort or a rollback. */
  startAskedAt: number[];
  /** What became of the last word that its success was to be taken back or made final; null where there was none. */
  goneBack: GoneBack | null;
}

export interface GoneBack {
  /** Null where it has not ended. */
  outcome: string | null;
  deletesTarget: boolean;
}

export interface DiskFacts {
  key: number;
  /** Name of its claim. */
  volume: string;
  /** Its copies' names at the array. */
  copyIds: string[];
  /** When Temporal recorded that its copy had ended well. */
  copiedAt: number[];
  /**
   * SHA-256 of the bytes that the target must hold (the source's, with the mark of one conversion where the VM is
   * converted), and of those that it holds; null where there is no target.
   */
  hashes: { expected: string; target: string | null };
}

export interface ApiWrite {
  at: number;
  user: string;
  verb: 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  resource: string;
  subresource: string | null;
  namespace: string;
  /** Empty where the API server made the name. */
  name: string;
}

export interface PowerEvent {
  at: number;
  moref: string;
  kind: 'on' | 'off' | 'asked-to-shut-down';
}

export interface ContainerRun {
  pod: string;
  container: string;
  image: string;
  from: number;
  /** Null while it runs. */
  to: number | null;
  exitCode: number | null;
}

export interface ArrayCopy {
  copyId: string;
  from: number;
  to: number | null;
  how: 'done' | 'failed' | null;
}

export interface Stranger {
  object: string;
  before: string;
  /** Null where it is gone. */
  after: string | null;
}

export interface RunName {
  workflowId: string;
  runId: string;
}

export interface RecordedRun extends RunName {
  /** Runs that its history names as those that it began: children, and its own next run. */
  began: RunName[];
}

export interface Replay {
  workflowId: string;
  verdict: string;
  why: string | null;
}

/** A promise that was broken. */
export interface Violation {
  promise: string;
  /** Whom or what it concerns. */
  about: string;
  /** Null where it has no instant. */
  at: number | null;
  what: string;
}

export type Check = (facts: Facts) => Violation[];
