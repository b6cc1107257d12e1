/** Questions that a worker answers at once: what a plan comes to, what a vCenter holds, what a guest says. */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { InventoryPage, Manifests } from '../activities/interfaces';
import { cutProblems, newProblems, refuses } from '../plan/problem';
import {
  type CheckInput,
  type CheckResult,
  type ConsoleInput,
  type ConsoleResult,
  type CopyLogInput,
  type CopyLogResult,
  type InventoryInput,
  type InventoryResult,
} from '../workflows/temporal-api';
import { fromWorkflowFailure } from './errors';
import { WORKFLOW_TYPES } from './workflow-types';

/** A client, and the task queue whose workers are to answer. */
export interface QueueClient {
  client: Client;
  taskQueue: string;
}

/** Longer than the workflow's own deadline, so that its typed failure comes first. */
const PAGE_TIMEOUT = '20 minutes';

/** Of a plan; `onPage` hears of each page how many of all VMs have been checked. */
export interface CheckOptions extends Pick<CheckInput, 'only' | 'again'> {
  onPage?: (checked: number, total: number) => void;
}

/**
 * All pages as one; `problems` of every page.
 *
 * @throws `Refused` where source or target can't be read
 */
export async function checkPlan(
  client: QueueClient,
  manifests: Manifests,
  { onPage, ...choice }: CheckOptions = {},
): Promise<CheckResult> {
  let whole: CheckResult | null = null;
  for (let offset: number | null = 0; offset !== null;) {
    const input: CheckInput = { manifests, offset, ...choice };
    const page: CheckResult = await ask(client, WORKFLOW_TYPES.checkPlan, input);
    whole = whole === null ? page : join(whole, page);
    offset = page.next;
    onPage?.(offset ?? page.total, page.total);
  }
  if (whole === null) throw new TypeError('a check has at least one page');
  return whole;
}

function join(whole: CheckResult, page: CheckResult): CheckResult {
  const problems = cutProblems([...whole.problems, ...newProblems(whole.problems, page.problems)]);
  const isRefused = refuses(problems);
  return {
    ...page,
    problems,
    vms: isRefused ? [] : [...whole.vms, ...page.vms],
    migrated: isRefused ? [] : [...(whole.migrated ?? []), ...(page.migrated ?? [])],
    ...(page.roles !== undefined && { roles: isRefused ? [] : [...(whole.roles ?? []), ...page.roles] }),
  };
}

/** @throws `Refused` where the source can't be read */
export async function listInventory(
  client: QueueClient,
  asked: Omit<InventoryInput, 'offset'>,
): Promise<InventoryPage['items']> {
  const items: InventoryPage['items'] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const input: InventoryInput = { ...asked, offset };
    const page: InventoryResult = await ask(client, WORKFLOW_TYPES.listInventory, input);
    items.push(...page.items);
    offset = page.next;
  }
  return items;
}

/** @throws `Refused` where the target cluster can't be read */
export function readConsole(client: QueueClient, input: ConsoleInput): Promise<ConsoleResult> {
  return ask(client, WORKFLOW_TYPES.readConsole, input);
}

/** @throws `Refused` where the target cluster can't be read */
export function readCopyLog(client: QueueClient, input: CopyLogInput): Promise<CopyLogResult> {
  return ask(client, WORKFLOW_TYPES.readCopyLog, input);
}

type Question = CheckInput | InventoryInput | ConsoleInput | CopyLogInput;

async function ask<Result>(
  { client, taskQueue }: QueueClient,
  type: string,
  input: Question,
): Promise<Result> {
  try {
    return await client.workflow.execute<(input: Question) => Promise<Result>>(type, {
      taskQueue,
      workflowId: `${type}/${randomUUID()}`,
      workflowExecutionTimeout: PAGE_TIMEOUT,
      args: [input],
    });
  } catch (error) {
    throw fromWorkflowFailure(error);
  }
}
