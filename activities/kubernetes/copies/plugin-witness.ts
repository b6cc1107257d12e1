/** Reads image, progress and log from a plugin's Pod that failed, for the record of its attempt. */
import { ApplicationFailure } from '@temporalio/common';
import { type FailureKind, failureSpec, isFailureKind } from '../../../plan/failures';
import type { AttemptEvidence, PluginRequest } from '../../interfaces';
import { failure } from '../../failure';
import { gatherEvidence } from './copy-log';
import type { Pod } from '../api/kinds';
import { type Mask, readMask } from './mask';
import type { Scope } from '../waiting/scope';

export class PluginWitness {
  private pod: Pod | null = null;
  private mask: Mask | null = null;
  private evidence: AttemptEvidence | null = null;

  constructor(
    private readonly scope: Scope,
    private readonly request: PluginRequest,
  ) {}

  /** Remembers the latest state of the Pod. */
  saw(pod: Pod | null): void {
    this.pod = pod ?? this.pod;
  }

  /** Reads the evidence while the Pod still exists. */
  async testify(): Promise<AttemptEvidence> {
    const { progress, cluster } = this.scope;
    const bytes = progress.now.bytesDone;
    const mask = await this.readMask();
    this.evidence ??=
      this.pod === null
        ? { image: null, bytes, log: [] }
        : await gatherEvidence(cluster.api, this.pod, { mask, bytes });
    return this.evidence;
  }

  /**
   * Adds the evidence to a failure, and masks its secrets. A failure that Temporal retries by itself ends no attempt:
   * it stays as it is.
   */
  async attest(error: unknown): Promise<unknown> {
    if (!(error instanceof ApplicationFailure) || !isFailureKind(error.type ?? '')) return error;
    const kind = error.type as FailureKind;
    if (failureSpec(kind).retry === 'automatic') return error;
    const evidence = await this.testify();
    const message = failureSpec(kind).quotesCopier ? (await this.readMask())(error.message) : error.message;
    return failure(kind, message, evidence);
  }

  private async readMask(): Promise<Mask> {
    this.mask ??= await readMask(this.scope.cluster.api, this.request);
    return this.mask;
  }
}
