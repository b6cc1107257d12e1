/**
 * Records the histories of the release to come again: `DROVER_RECORD_HISTORIES=1 npx jest test/replay`.
 *
 * Before that, the histories of a workflow that changed behind a `patched()` go to a folder named for the patch, where they
 * stay.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowLab } from '../support/workflow-lab';
import { MUST_FAIL, PRESENT, PRESENT_FOLDER, type RecordedHistory, released, unkept } from './histories';
import { SCENARIOS } from './scenarios';

const STICKY = 'TASK_QUEUE_KIND_STICKY';

/** @throws where something would be lost that no later worker writes again */
export async function record(): Promise<void> {
  if (released().includes(PRESENT))
    throw new Error(`${PRESENT} is released: raise the version in package.json, then record`);
  const patches = unkept();
  if (patches.length > 0)
    throw new Error(
      `first move the histories of before ${patches.join(', ')}: see CONTRIBUTING.md, Adding a phase`,
    );
  mkdirSync(PRESENT_FOLDER, { recursive: true });
  const files = readdirSync(PRESENT_FOLDER, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const { name } of files) rmSync(join(PRESENT_FOLDER, name));
  const lab = await WorkflowLab.start();
  try {
    for (const scenario of SCENARIOS) {
      for (const [name, handle] of Object.entries(await scenario(lab))) await save(name, handle);
    }
  } finally {
    await lab.stop();
  }
}

async function save(name: string, handle: WorkflowHandle): Promise<void> {
  const history = withoutMachine(
    JSON.parse(historyToJSON(await handle.fetchHistory())),
  ) as RecordedHistory['history'];
  const recorded = { workflowId: handle.workflowId, history };
  write(name, recorded);
  if (name === 'migrate-vm.succeeded') write(`${MUST_FAIL}other-disk`, withOtherDisk(recorded));
}

function write(name: string, recorded: RecordedHistory): void {
  writeFileSync(join(PRESENT_FOLDER, `${name}.json`), `${JSON.stringify(recorded)}\n`);
}

/** Host names and stacks say where a history was recorded; no replay looks at them. All else stays, flags above all. */
function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  // A worker's own queue is named for its process and host.
  if ('kind' in value && value.kind === STICKY) return { ...value, name: 'sticky' };
  const kept = Object.entries(value).filter(([key]) => key !== 'identity' && key !== 'stackTrace');
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutMachine(inner)]));
}

/** As if an earlier version had given the disks other ids: what a careless change of `diskId` would look like. */
function withOtherDisk(recorded: RecordedHistory): RecordedHistory {
  const text = JSON.stringify(recorded.history).replaceAll('/disk-2000"', '/disk-of-another-name"');
  return { workflowId: recorded.workflowId, history: JSON.parse(text) as RecordedHistory['history'] };
}
