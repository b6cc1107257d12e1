/** Starts the stand-ins and the node where they belong: in a process of their own once they are compiled. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { ARRAY_LOGIN, type Outside, type OutsideOptions, runOutside } from './outside';
import {
  logFile,
  logTail,
  type ProcessSpec,
  type StartedProcess,
  startProcess,
  stopProcess,
} from './process';
import type { ArrayLogin } from './standins/array/server';

export interface OutsideStart extends OutsideOptions {
  /** vCenter's: the array takes it. */
  arrayLogin: ArrayLogin;
  logDir: string;
  lifetime: ProcessSpec['lifetime'];
}

export interface RunningOutside extends Outside {
  /** Null when it runs within the caller. */
  process: StartedProcess | null;
}

const NAME = 'outside';

/** MiB for young objects, of which requests and watches leave many: so large, most are dead before they are looked at. */
const YOUNG_MIB = 32;

/** From the TypeScript sources, as tests run, there is no program to start, so it runs within the caller. */
export function startOutside(start: OutsideStart): Promise<RunningOutside> {
  return __filename.endsWith('.ts') ? withinCaller(start) : asProcess(start);
}

async function withinCaller({ logDir, arrayLogin, ...options }: OutsideStart): Promise<RunningOutside> {
  const file = logFile(logDir, NAME);
  const log = (line: string) => appendFileSync(file, `${new Date().toISOString()} ${line}\n`);
  return { ...(await runOutside(options, arrayLogin, log)), process: null };
}

async function asProcess({
  logDir,
  lifetime,
  arrayLogin,
  ...options
}: OutsideStart): Promise<RunningOutside> {
  const outside = await startProcess({
    name: NAME,
    command: process.execPath,
    args: [`--max-semi-space-size=${YOUNG_MIB}`, join(__dirname, 'outside.js'), JSON.stringify(options)],
    env: { [ARRAY_LOGIN]: JSON.stringify(arrayLogin) },
    logDir,
    lifetime,
    channel: true,
  });
  const said = (await outside.message) as Pick<Outside, 'arrayUrl'> | null;
  if (said === null) {
    throw new Error(`${NAME} ended early (${await outside.ended}):\n${logTail(outside.logFile)}`);
  }
  return { arrayUrl: said.arrayUrl, process: outside, stop: () => stopProcess(outside) };
}
