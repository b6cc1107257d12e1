import { readEvents } from '../../../client/history/read-events';
import type { HistoryEvent } from '../../../client/history/recorded';

/** Events as Temporal writes them as JSON, one second after the other. */
function told(...events: HistoryEvent[]): string[] {
  const numbered = events.map((event, place) => ({
    ...event,
    eventId: String(place + 1),
    eventTime: { seconds: String(place) },
  }));
  return readEvents({ events: numbered as unknown as HistoryEvent[] }).map(({ what }) => what);
}

const started = { timerStartedEventAttributes: { timerId: '1' } } as HistoryEvent;
const fired = (startedEventId: string) =>
  ({ timerFiredEventAttributes: { startedEventId } }) as unknown as HistoryEvent;
const parked = {
  upsertWorkflowSearchAttributesEventAttributes: {
    searchAttributes: {
      indexedFields: {
        DroverAttention: {
          metadata: { encoding: Buffer.from('json/plain') },
          data: Buffer.from('"CopyFailed"'),
        },
      },
    },
  },
} as unknown as HistoryEvent;

const PASSED = 'the deadline for an operator has passed';

test('tells that the deadline of a parked migration has passed', () => {
  expect(told(parked, started, fired('2'))).toEqual(['parked: CopyFailed', PASSED]);
});

test('takes no other timer for the deadline of a parked migration', () => {
  expect(told(started, parked, started, fired('1'))).toEqual(['parked: CopyFailed']);
});
