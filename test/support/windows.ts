/** Windows that open and close while a test waits, which those of the calendar do not. */
import type { WindowActivities } from '../../activities/interfaces';

/** @param edges when they change, in milliseconds since 1970, in order; a test may add some later */
export function windowsThat(first: 'open' | 'shut', edges: number[]): WindowActivities {
  return {
    lookAtWindows: (_, at) => {
      const passed = edges.filter((edge) => edge <= Date.parse(at)).length;
      const next = edges[passed];
      const until = next === undefined ? null : new Date(next).toISOString();
      const open = (first === 'open') === (passed % 2 === 0);
      return Promise.resolve({ open, until, local: until === null ? null : `at ${until}` });
    },
  };
}
