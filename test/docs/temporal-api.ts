/** The generated parts of docs/temporal-api.md and the JSON schemas beside it, from the code that they describe. */
import { z } from 'zod';
import { FAILURES } from '../../plan/failures';
import { pluginEndSchema, pluginProgressSchema } from '../../plan/plugin-output';
import { TRANSFER_SLOTS_QUEUE, waitQueueOf } from '../../plan/task-queue';
import { TRANSFER_SLOTS_ID } from '../../plan/workflow-ids';
import { PHASES, TASK_QUEUE, searchAttributes } from '../../workflows/temporal-api';
import { INPUTS, SLOTS_UPDATES, UPDATES, WAVE_UPDATES } from '../../workflows/inputs';
import { EXIT_CODES } from '../../client/exit-codes';
import { consoleResultSchema } from '../../client/schemas/console';
import { copyLogResultSchema } from '../../client/schemas/copy-log';
import { copyDiskResultSchema, copyDiskStateSchema } from '../../client/schemas/copy-disk';
import { limitsAnswerSchema, limitsViewSchema, slotWaitsSchema } from '../../client/schemas/transfer-slots';
import { checkResultSchema, inventoryResultSchema } from '../../client/schemas/planning';
import { activityProgressSchema } from '../../client/schemas/progress';
import { rollBackResultSchema, rollBackStateSchema } from '../../client/schemas/roll-back';
import { vmResultSchema, vmStateSchema } from '../../client/schemas/vm';
import {
  addAnswerSchema,
  pageResultSchema,
  startWaveResultSchema,
  waveAnswerSchema,
  waveResultSchema,
  waveStateSchema,
} from '../../client/schemas/wave';
import { WORKFLOW_TYPES } from '../../client/workflow-types';
import { code, table } from './markdown';

/** By file name, without `.json`. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'migrate-wave.input': INPUTS.migrateWave,
  'migrate-wave.state': waveStateSchema,
  'migrate-wave.result': waveResultSchema,
  'wave-page.input': INPUTS.wavePage,
  'wave-page.state': pageResultSchema,
  'wave-page.result': pageResultSchema,
  'migrate-vm.input': INPUTS.migrateVm,
  'migrate-vm.state': vmStateSchema,
  'migrate-vm.result': vmResultSchema,
  'roll-back-vm.input': INPUTS.rollBackVm,
  'roll-back-vm.state': rollBackStateSchema,
  'roll-back-vm.result': rollBackResultSchema,
  'finalize-vm.input': INPUTS.finalizeVm,
  'finalize-vm.state': rollBackStateSchema,
  'finalize-vm.result': rollBackResultSchema,
  'copy-disk.input': INPUTS.copyDisk,
  'copy-disk.state': copyDiskStateSchema,
  'copy-disk.result': copyDiskResultSchema,
  'check-plan.input': INPUTS.checkPlan,
  'check-plan.result': checkResultSchema,
  'list-inventory.input': INPUTS.listInventory,
  'list-inventory.result': inventoryResultSchema,
  'read-console.input': INPUTS.readConsole,
  'read-console.result': consoleResultSchema,
  'read-copy-log.input': INPUTS.readCopyLog,
  'read-copy-log.result': copyLogResultSchema,
  'transfer-slots.input': INPUTS.transferSlots,
  'transfer-slots.limits': limitsViewSchema,
  'transfer-slots.waits': slotWaitsSchema,
  'transfer-slots.set-limits': SLOTS_UPDATES.setLimits,
  'transfer-slots.limits-answer': limitsAnswerSchema,
  'start-wave.input': INPUTS.startWave,
  'start-wave.result': startWaveResultSchema,
  'retry-request': UPDATES.retry,
  'operator-request': UPDATES.abort,
  'reset-request': UPDATES.reset,
  'wave-skip': WAVE_UPDATES.skip,
  'wave-cancel': WAVE_UPDATES.cancel,
  'wave-answer': waveAnswerSchema,
  'wave-add': WAVE_UPDATES.add,
  'wave-add-answer': addAnswerSchema,
  heartbeat: activityProgressSchema,
  'plugin-progress': pluginProgressSchema,
  'plugin-end': pluginEndSchema,
};

/** JSON schema files by name. */
export function schemaFiles(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SCHEMAS).map(([name, schema]) => [
      `${name}.json`,
      `${JSON.stringify({ title: name, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`,
    ]),
  );
}

interface WorkflowFacts {
  id: string;
  schemas: string;
  /** Whether it has a state to ask for. */
  state: boolean;
  /** It never ends. */
  isEndless?: true;
}

const WORKFLOWS: Readonly<Record<keyof typeof WORKFLOW_TYPES, WorkflowFacts>> = {
  migrateWave: { id: 'migrate/<plan namespace>/<plan>', schemas: 'migrate-wave', state: true },
  wavePage: { id: "<its wave's id>/page/<number>", schemas: 'wave-page', state: true },
  migrateVm: { id: 'migrate-vm/<vCenter instance uuid>/<moref>', schemas: 'migrate-vm', state: true },
  rollBackVm: { id: 'migrate-vm/<vCenter instance uuid>/<moref>', schemas: 'roll-back-vm', state: true },
  finalizeVm: { id: 'migrate-vm/<vCenter instance uuid>/<moref>', schemas: 'finalize-vm', state: true },
  copyDisk: { id: "<its VM's id>/disk-<device key>", schemas: 'copy-disk', state: true },
  checkPlan: { id: 'any', schemas: 'check-plan', state: false },
  listInventory: { id: 'any', schemas: 'list-inventory', state: false },
  readConsole: { id: 'any', schemas: 'read-console', state: false },
  readCopyLog: { id: 'any', schemas: 'read-copy-log', state: false },
  startWave: { id: 'any', schemas: 'start-wave', state: false },
  transferSlots: { id: TRANSFER_SLOTS_ID, schemas: 'transfer-slots', state: false, isEndless: true },
};

/** Markdown by the name of its place in docs/temporal-api.md. */
export function temporalApiParts(): Record<string, string> {
  return {
    workflows: table(
      ['type', 'workflow id', 'input', 'query `state`', 'result'],
      Object.values(WORKFLOW_TYPES).map((type) => {
        const { id, schemas, state, isEndless } = WORKFLOWS[type];
        return [
          code(type),
          code(id),
          link(schemas, 'input'),
          state ? link(schemas, 'state') : '-',
          isEndless ? '-' : link(schemas, 'result'),
        ];
      }),
    ),
    queues: table(
      ['task queue', 'what runs there'],
      [
        [code(TASK_QUEUE), 'all workflows, quick activities and clean-ups: start workflows here'],
        [code(waitQueueOf(TASK_QUEUE)), 'waits, with slots of their own'],
        [code(TRANSFER_SLOTS_QUEUE), '`transferSlots`, for all migrations of the Temporal namespace'],
      ],
    ),
    attributes: table(
      ['search attribute', 'type'],
      Object.values(searchAttributes).map((key) => [code(key.name), key.type]),
    ),
    phases: PHASES.map(code).join(' → '),
    failures: table(
      ['kind', 'what to do'],
      Object.entries(FAILURES).map(([kind, { remedy }]) => [code(kind), remedy]),
    ),
    'exit-codes': table(
      ['code', 'meaning'],
      Object.values(EXIT_CODES).map(({ code: number, meaning }) => [String(number), meaning]),
    ),
  };
}

function link(schemas: string, part: 'input' | 'state' | 'result'): string {
  return `[${part}](schema/${schemas}.${part}.json)`;
}
