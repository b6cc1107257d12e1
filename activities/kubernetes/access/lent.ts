/**
 * What plans name of others, and conversions get a copy of. It lies where plans do, in the worker's own cluster, whose account
 * may read it for whoever starts a workflow: so each read asks whether its owner agrees to what is done with it.
 */
import type { Handing, MissingConsent, SaidOfUse } from '../../../plan/consent';
import type { LentFault } from '../../../plan/lent-fault';
import type { ApiClient } from '../api/api-client';
import { isStatus } from '../api/errors';
import type { ApiObject, Kind } from '../api/kinds';
import type { AllowedImages } from './allowed-images';
import { saidBy } from './secrets';

interface Ref {
  namespace: string;
  name: string;
}

/** What is lent for one purpose. */
export interface Loan<O extends ApiObject, T> {
  kind: Kind<O>;
  /** What its owner has not said; null where nothing lacks. */
  missing(said: SaidOfUse, ref: Ref, handing: Handing): MissingConsent | null;
  /** Of one that its owner lends: its content, or as a clause what is wrong with that. */
  read(object: O): { content: T } | { found: string };
}

export interface LoanUse {
  ref: Ref;
  /** To which conversions a copy is given. */
  handing: Handing;
}

/** A right that lacks is an error of the API's here: who uses a loan may read it. */
export type Judged<T> = { content: T } | Exclude<LentFault, { kind: 'forbidden' }>;

export async function judgeLoan<O extends ApiObject, T>(
  api: ApiClient,
  { kind, missing, read }: Loan<O, T>,
  { ref, handing: { place, images } }: LoanUse,
  allowed: AllowedImages,
): Promise<Judged<T>> {
  const object = await api.find(kind, ref);
  if (object === null) return { kind: 'absent' };
  // Where the worker's operator lists what may run, nothing else does.
  const lacks = missing(saidBy(object), ref, { place, images: allowed.patterns === null ? images : [] });
  if (lacks !== null) return { kind: 'unconsented', ...lacks };
  const found = read(object);
  return 'content' in found ? found : { kind: 'unfit', ...found };
}

/** Why these conversions do not get a copy; null where they do. Nothing of the content comes out. */
export async function whyNotLent<O extends ApiObject, T>(
  api: ApiClient,
  loan: Loan<O, T>,
  use: LoanUse,
  allowed: AllowedImages,
): Promise<LentFault | null> {
  try {
    const judged = await judgeLoan(api, loan, use, allowed);
    return 'content' in judged ? null : judged;
  } catch (error) {
    if (isStatus(error, 403)) return { kind: 'forbidden' };
    throw error;
  }
}
