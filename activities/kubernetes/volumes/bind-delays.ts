/**
 * Why volumes are not bound yet, in the cluster's own words. The reason stands in the DataVolume, in the claim, or in
 * the binder. While a claim is missing, the binder knows no reason: only Drover's own gate holds it back.
 */
import type { FrozenVm } from '../../../plan/frozen';
import { binderName } from '../../../plan/names';
import { vmRef } from '../../../plan/vm-ref';
import { refusedClaims } from '../admission/claim-trials';
import type { ApiClient } from '../api/api-client';
import { shorten } from '../api/errors';
import { DATA_VOLUMES, type DataVolume, type Event, PODS, type VolumeClaim } from '../api/kinds';
import { ownedBy } from '../api/ownership';
import { type AboutObject, eventsAbout } from '../pods/events';
import { hasEnded } from '../pods/pod-end';
import { latest, whyWaiting } from '../pods/pod-reasons';
import { Questions } from '../waiting/questions';

/** Most volumes are bound before Drover asks for a reason the first time. */
const PAUSES = { first: 4_000, next: 8_000 };

export interface BindDelay {
  clause: string;
  /** The cluster will not make the claim, or not its volume, until somebody changes something. */
  isRefused: boolean;
  /** Nothing asks for the volumes any more: somebody removed the binder, or it was evicted. */
  lacksBinder?: true;
}

export class BindDelays {
  private last: BindDelay | null = null;
  private readonly questions = new Questions(PAUSES);

  constructor(
    private readonly api: ApiClient,
    private readonly vm: FrozenVm,
  ) {}

  /** Null while it is too early to say. */
  async of(claims: readonly VolumeClaim[]): Promise<BindDelay | null> {
    if (this.questions.isTime()) this.last = await this.questions.ask(() => this.now(claims));
    return this.last;
  }

  /** Asks the cluster at once, however early it is. */
  async now(claims: readonly VolumeClaim[]): Promise<BindDelay> {
    const names = new Set(claims.map(({ metadata }) => metadata?.name));
    const missing = this.vm.disks.filter(({ volumeName }) => !names.has(volumeName));
    if (missing.length > 0) return this.ofMissing(missing.map(({ volumeName }) => volumeName));
    const ofClaims = await this.ofClaims(claims);
    if (ofClaims?.isRefused === true) return ofClaims;
    const binder = await this.ofBinder();
    const clauses = [binder.why, ofClaims?.clause].filter((clause) => clause != null);
    return {
      clause: clauses.join('; ') || 'the cluster gives no reason',
      isRefused: false,
      ...(binder.isGone && { lacksBinder: true }),
    };
  }

  private async ofMissing(names: readonly string[]): Promise<BindDelay> {
    const where = { namespace: this.vm.namespace, labelSelector: ownedBy(vmRef(this.vm)) };
    const volumes = (await this.api.list(DATA_VOLUMES, where)).items;
    for (const volume of volumes.filter(({ metadata }) => names.includes(metadata?.name ?? ''))) {
      const why = whyNoClaim(volume) ?? (await this.warningOf(volume.metadata?.uid));
      if (why === null) continue;
      const clause = `${volume.metadata?.name}: ${why.reason}: ${shorten(why.message)}`;
      return { clause, isRefused: why.reason.startsWith('Err') };
    }
    return (
      (await this.ofTrial(names)) ?? {
        clause: `claim ${names[0]} is not made yet, and nobody says why`,
        isRefused: false,
      }
    );
  }

  /**
   * When a LimitRange or a webhook refuses CDI a claim, CDI reports nothing. Drover tries an equal claim by a dry run.
   */
  private async ofTrial(names: readonly string[]): Promise<BindDelay | null> {
    const [refusal] = await refusedClaims(this.api, {
      ...this.vm,
      conversion: null,
      disks: this.vm.disks.filter(({ volumeName }) => names.includes(volumeName)),
    });
    return refusal === undefined ? null : { clause: refusal.why, isRefused: true };
  }

  private async ofClaims(claims: readonly VolumeClaim[]): Promise<BindDelay | null> {
    for (const { metadata, status } of claims.filter((claim) => claim.status?.phase !== 'Bound')) {
      const why = status?.phase === 'Lost' ? null : await this.warningOf(metadata?.uid);
      if (why === null) continue;
      const clause = `${metadata?.name}: ${why.reason}: ${shorten(why.message)}`;
      // A driver that is busy or full may have room later. A missing storage class does not come back by itself.
      return { clause, isRefused: /storageclass\S* .*not found/i.test(why.message) };
    }
    return null;
  }

  /** The scheduler and the CSI driver write their complaints on the binder. */
  private async ofBinder(): Promise<{ why: string | null; isGone: boolean }> {
    const name = binderName(this.vm.baseName);
    const pod = await this.api.find(PODS, { name, namespace: this.vm.namespace });
    if (pod === null) return { why: `Pod ${name} is gone`, isGone: true };
    if (hasEnded(pod)) return { why: `Pod ${name} has ended`, isGone: true };
    return { why: whyWaiting(pod, await this.events('involvedObject.name', name)), isGone: false };
  }

  private async warningOf(uid: string | undefined): Promise<{ reason: string; message: string } | null> {
    const events = await this.events('involvedObject.uid', uid);
    const last = latest(events.filter(({ type }) => type === 'Warning'));
    return last === undefined ? null : { reason: last.reason ?? '', message: last.message ?? '' };
  }

  private events(field: AboutObject['field'], value: string | undefined): Promise<Event[]> {
    return eventsAbout(this.api, { namespace: this.vm.namespace, field, value });
  }
}

/**
 * Why CDI made no claim. A reason `Err…` names what CDI can't solve by itself (CDI 1.66, pkg/controller/common/util.go:
 * ErrExceededQuota, ErrClaimNotValid).
 */
export function whyNoClaim({ status }: DataVolume): { reason: string; message: string } | null {
  const condition = (status?.conditions ?? []).find(
    ({ status: holds, reason, message }) => holds !== 'True' && reason?.startsWith('Err') && message,
  );
  return condition === undefined
    ? null
    : { reason: condition.reason ?? '', message: condition.message ?? '' };
}
