/** Arguments that several commands share, with one meaning and one wording. */
import { userInfo } from 'node:os';
import type { Argv } from 'yargs';
import { FAILURES, type FailureKind } from '../plan/failures';
import { UsageError } from './command';
import type { OperatorRequest } from '../workflows/temporal-api';
import type { PlanName, VmChoice } from './drover-client';
import { OUTPUT_FORMATS, type OutputFormat } from './render/output';

export interface OutputArguments {
  output: OutputFormat;
}

export function outputOption<T>(yargs: Argv<T>): Argv<T & OutputArguments> {
  return yargs.option('output', {
    alias: 'o',
    describe: 'form of the answer',
    choices: OUTPUT_FORMATS,
    default: 'table' as const,
  }) as Argv<T & OutputArguments>;
}

export interface FileArguments {
  file: string[];
}

export const FILE = {
  alias: 'f',
  describe: 'manifests, YAML or JSON; - reads stdin; may be repeated',
  // Not an array for yargs, which would take the - of stdin for an option.
  type: 'string',
  requiresArg: true,
  coerce: (files: string | string[]): string[] => [files].flat(),
} as const;

export function fileOption<T>(yargs: Argv<T>): Argv<T & FileArguments> {
  return yargs.option('file', { ...FILE, demandOption: 'give the manifests: -f plan.yaml' }) as Argv<
    T & FileArguments
  >;
}

/** VMs that were migrated before, and are to be migrated all the same. */
export const againOption = {
  describe:
    'migrate this VM although it was migrated before: its former target must be gone; may be repeated',
  type: 'string',
  array: true,
  nargs: 1,
} as const;

/** What unfinished runs have left is kept as far as it is proven. */
export const adoptOption = {
  describe: 'keep what unfinished runs of these VMs have left, as far as it is proven, and copy the rest',
  type: 'boolean',
  default: false,
} as const;

/** Which VMs of a plan, as `--vm` and `--again` say. */
export function choiceOf(vm: string[] | undefined, again: string[] | undefined): VmChoice {
  return { ...(vm === undefined ? {} : { only: vm }), ...(again === undefined ? {} : { again }) };
}

/** A number of things: whole, and within bounds that its description names, too. */
export function countOption(name: string, { least, most }: { least: number; most: number }) {
  return {
    type: 'number',
    requiresArg: true,
    coerce: (count: number): number => {
      if (Number.isInteger(count) && count >= least && count <= most) return count;
      throw new UsageError(`--${name} is a whole number from ${least} to ${most}`);
    },
  } as const;
}

export interface PlanArguments {
  plan?: string;
}

export function planOption<T>(yargs: Argv<T>): Argv<T & PlanArguments> {
  return yargs.option('plan', {
    describe: 'only VMs of this plan, as namespace/name',
    type: 'string',
    requiresArg: true,
    coerce: (plan: string) => {
      if (/^[^/]+\/[^/]+$/.test(plan)) return plan;
      throw new UsageError(`--plan is namespace/name, not "${plan}"`);
    },
  });
}

/** A plan as the thing that a command is about. */
export function planPositional<T>(yargs: Argv<T>): Argv<T & { plan: PlanName }> {
  return yargs.positional('plan', {
    describe: 'namespace/name',
    type: 'string',
    demandOption: true,
    coerce: (plan: string): PlanName => {
      const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(plan) ?? [];
      if (namespace !== undefined && name !== undefined) return { namespace, name };
      throw new UsageError(`a plan is namespace/name, not "${plan}"`);
    },
  }) as unknown as Argv<T & { plan: PlanName }>;
}

/** Who decides what about it and why: kept in the record for ever. */
export function wordOptions<T>(yargs: Argv<T>): Argv<T & OperatorRequest> {
  return yargs
    .option('why', {
      describe: 'reason, kept in the record',
      type: 'string',
      demandOption: 'say why: --why "…"',
      requiresArg: true,
    })
    .option('who', {
      describe: 'who decides, kept in the record',
      type: 'string',
      default: userName(),
      requiresArg: true,
    }) as Argv<T & OperatorRequest>;
}

export interface OperatorArguments extends PlanArguments {
  vm: string;
  why: string;
  who: string;
}

export function operatorArguments<T>(yargs: Argv<T>): Argv<T & OperatorArguments> {
  return wordOptions(planOption(yargs)).positional('vm', {
    describe: 'name, moref or workflow id',
    type: 'string',
    demandOption: true,
  }) as Argv<T & OperatorArguments>;
}

export interface ParkedArguments extends OutputArguments, PlanArguments, OperatorRequest {
  vm?: string;
  all: boolean;
  kind?: FailureKind;
  yes: boolean;
  /** Of a retry: `KEY=VALUE`. */
  set?: string[];
}

/** One VM, or all that are parked. */
export function parkedArguments<T>(yargs: Argv<T>): Argv<T & ParkedArguments> {
  return wordOptions(outputOption(planOption(yargs)))
    .positional('vm', { describe: 'name, moref or workflow id', type: 'string' })
    .option('all', { describe: 'all VMs that are parked', type: 'boolean', default: false })
    .option('kind', {
      describe: 'with --all: only those that are parked with this failure kind',
      choices: Object.keys(FAILURES) as FailureKind[],
    })
    .option('yes', { describe: 'with --all: do not ask', type: 'boolean', default: false }) as Argv<
    T & ParkedArguments
  >;
}

/** A process may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
