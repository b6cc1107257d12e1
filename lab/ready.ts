/** Waiting until a process that was just started answers. */
import { request } from 'node:https';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { logTail, type StartedProcess } from './process';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 250;

/**
 * Asks again and again, with short growing pauses (a server gives no event when it becomes ready).
 * @throws Error with the end of the log when the process ends first, or is not ready in time.
 */
export async function untilReady(
  process: StartedProcess,
  probe: () => Promise<boolean>,
  timeoutMs = 120_000,
): Promise<void> {
  let end: string | null = null;
  void process.ended.then((how) => (end = how));
  const deadline = Date.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; !(await probe()); pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    if (end !== null || Date.now() > deadline) {
      const why =
        end === null ? `was not ready within ${timeoutMs / 1000} s` : `ended early (${String(end)})`;
      throw new Error(`${process.name} ${why}; see ${process.logFile}:\n${logTail(process.logFile)}`);
    }
    await delay(pause);
  }
}

/** True when something listens at this port of an address of this machine, by default of the loopback interface. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** True when the https URL answers 200. */
export function answersOk(url: string, { token, ca }: { token: string; ca: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      url,
      { ca, agent: false, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.setTimeout(5_000, () => call.destroy());
    call.once('error', () => resolve(false));
    call.end();
  });
}
