/** What the cluster said about one object lately. */
import { withField } from '../api/api-address';
import type { ApiClient } from '../api/api-client';
import { EVENTS, type Event } from '../api/kinds';

/** Kubernetes counts a repeated event in one object: one claim, Pod or Job has far fewer objects. */
const MOST_EVENTS = 100;

export interface AboutObject {
  namespace: string | undefined;
  field: 'involvedObject.uid' | 'involvedObject.name';
  value: string | undefined;
}

/** The API server reads all events of the namespace for it: see `waiting/questions.ts`. */
export async function eventsAbout(
  api: ApiClient,
  { namespace, field, value }: AboutObject,
): Promise<Event[]> {
  return (await api.list(EVENTS, { namespace, fieldSelector: withField(field, value), limit: MOST_EVENTS }))
    .items;
}
