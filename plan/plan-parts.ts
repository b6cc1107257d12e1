/** A plan taken apart, and put together again for some of its VMs. Documents are foreign data, within the bounds of `checkBounds`. */
import { AcknowledgedVms } from './acknowledged-vms';
import { flattenLists, isDocument, type Document } from './documents';
import type { PlacedEntry } from './entry-texts';

export interface PlanParts {
  /** The documents that all of its pages share. */
  frame: Document[];
  /** Those of `spec.vms`, by place. */
  entries: Document[];
  /** `spec.drover.wave`; empty where it says nothing. */
  wave: Document;
  /** `spec.drover.acknowledge` */
  acknowledged: AcknowledgedVms;
}

/** What `spec.drover.wave` says of single VMs and of how many there are: a page of the plan has only some of them. */
const OF_THE_WHOLE: readonly string[] = ['groups', 'priorities', 'canary', 'gate'];

export function takeApart(documents: readonly unknown[]): PlanParts {
  const flat = documents.flatMap((document) => flattenLists(document)).map(({ value }) => value);
  const plans = flat.filter(isDocument).filter(({ kind }) => kind === 'Plan');
  const entries = plans
    .flatMap(({ spec }) => (isDocument(spec) && Array.isArray(spec.vms) ? spec.vms : []))
    .filter(isDocument);
  const settings = plans.map(settingsOf);
  const frame = flat
    .filter(isDocument)
    .map((document) =>
      document.kind === 'Plan' ? { ...document, spec: frameSpec(document.spec) } : document,
    );
  const acknowledge = settings.find((drover) => drover?.acknowledge !== undefined)?.acknowledge;
  return {
    frame,
    entries,
    wave: settings.map((drover) => drover?.wave).find(isDocument) ?? {},
    acknowledged: new AcknowledgedVms(acknowledge, entries),
  };
}

/** `spec.drover`; null where it is no document. */
function settingsOf({ spec }: Document): Document | null {
  return isDocument(spec) && isDocument(spec.drover) ? spec.drover : null;
}

function frameSpec(spec: unknown): unknown {
  if (!isDocument(spec)) return spec;
  const { drover } = spec;
  if (!isDocument(drover)) return { ...spec, vms: [] };
  const others = without(drover, ['acknowledge']);
  if (!isDocument(drover.wave)) return { ...spec, vms: [], drover: others };
  return { ...spec, vms: [], drover: { ...others, wave: without(drover.wave, OF_THE_WHOLE) } };
}

function without(document: Document, keys: readonly string[]): Document {
  return Object.fromEntries(Object.entries(document).filter(([key]) => !keys.includes(key)));
}

/**
 * The plan of some of its VMs alone, with what is acknowledged of them. Of its wave it says only what counts for any VM.
 *
 * @param some what `spec.vms` gets. An entry may name its VM otherwise than the whole plan does
 */
export function partOfPlan({ frame, acknowledged }: PlanParts, some: readonly PlacedEntry[]): Document[] {
  const acknowledge = acknowledged.of(some);
  return frame.map((document) => {
    if (document.kind !== 'Plan') return document;
    const spec = { ...(document.spec as Document), vms: some.map(({ entry }) => entry) };
    const drover = settingsOf(document);
    return { ...document, spec: drover === null ? spec : { ...spec, drover: { ...drover, ...acknowledge } } };
  });
}
