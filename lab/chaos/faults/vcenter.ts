/** Faults of vCenter itself, which its simulator plays when it is asked to. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { LabState } from '../../state';
import type { Fault } from './fault';

export const sessionsDropped: Fault = {
  name: 'vCenter sessions dropped',
  does: 'every session ends, as after half an hour of silence',
  undone: 'a new login is good at once',
  aim: ({ lab }) => ({
    on: 'sessions of vCenter',
    seconds: 0,
    begin: () => tell(lab, '/lab/expire-sessions'),
    end: () => undefined,
  }),
};

const BUSY = [2, 12] as const;

export const vcenterBusy: Fault = {
  name: 'vCenter answers 503',
  does: `every request is answered with 503 for ${BUSY[0]} to ${BUSY[1]} s`,
  undone: 'by itself',
  aim: ({ lab }, random) => {
    const seconds = random.between(...BUSY);
    return {
      on: 'answers of vCenter',
      seconds,
      begin: () => tell(lab, `/lab/busy?seconds=${seconds.toFixed(3)}`),
      end: () => undefined,
    };
  },
};

const SILENT_MS = 5_000;

function tell({ vcenter }: LabState, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { username, password, caFile, url } = vcenter;
    const options = {
      method: 'POST',
      auth: `${username}:${password}`,
      ca: readFileSync(caFile),
      agent: false,
    };
    const call = request(new URL(path, url), { ...options, timeout: SILENT_MS }, (answer) => {
      answer.resume();
      if (answer.statusCode === 204) resolve();
      else reject(new Error(`vCenter answers ${answer.statusCode} to ${path}`));
    });
    call.once('timeout', () => call.destroy(new Error('vCenter is silent')));
    call.once('error', reject);
    call.end();
  });
}
