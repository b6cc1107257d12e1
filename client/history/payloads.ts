/** What Drover's workflows have put into their histories: JSON, or what another client has sent. */
import { type Payload, defaultPayloadConverter } from '@temporalio/common';

/** Undefined where it can't be read. */
export function valueOf(payload: Payload | null | undefined): unknown {
  try {
    return payload == null ? undefined : defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}
