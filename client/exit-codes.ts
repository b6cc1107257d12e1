/** What `drover` answers to the shell. Scripts rely on these numbers: they never change meaning. */
import type { DroverErrorCode } from './errors';

interface ExitCode {
  readonly code: number;
  readonly meaning: string;
}

export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done; with a migration awaited: every VM succeeded, or was skipped' },
  migrationFailed: { code: 1, meaning: 'the migration ended, and at least one VM failed or was aborted' },
  badInput: {
    code: 2,
    meaning:
      'bad arguments or manifests, or the request was refused; nothing was started; doctor: something critical is missing',
  },
  needsAttention: {
    code: 3,
    meaning:
      'nothing goes on without an operator: VMs are parked (retry, abort), or the wave is held (wave resume)',
  },
  unavailable: { code: 4, meaning: "Temporal can't be reached, is not set up, or no worker answers" },
  contractBroken: {
    code: 5,
    meaning: 'plugin test: the image does not keep the contract, or could not be shown to',
  },
  differs: {
    code: 6,
    meaning:
      'replay: the code would not do what a history says; workers with this code must not take it over',
  },
  inUse: {
    code: 7,
    meaning: 'versions may-retire: the workers of the version must stay; something needs them',
  },
  findings: {
    code: 8,
    meaning:
      'plan check, doctor: nothing stands in the way; something weighs as much as --fail-on says, and nobody acknowledged it',
  },
  internal: { code: 70, meaning: 'an error of Drover itself' },
  unwritable: {
    code: 74,
    meaning: 'the output could not be written (a full disk, a lost terminal); migrations go on',
  },
  interrupted: { code: 130, meaning: 'Ctrl-C ended the command; migrations go on' },
  unread: { code: 141, meaning: 'whoever read the output went away (a broken pipe); migrations go on' },
} as const satisfies Record<string, ExitCode>;

export type ExitName = keyof typeof EXIT_CODES;

/** Every way in which the library says no, as an exit code. */
export const EXIT_OF_ERROR: Readonly<Record<DroverErrorCode, ExitName>> = {
  InvalidInput: 'badInput',
  Refused: 'badInput',
  AlreadyMigrating: 'badInput',
  NotFound: 'badInput',
  NoResult: 'migrationFailed',
  Ambiguous: 'badInput',
  Unreachable: 'unavailable',
  NoWorker: 'unavailable',
  SetupMissing: 'unavailable',
};
