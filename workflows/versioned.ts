/**
 * The registry of workers that have a version: each workflow says what becomes of it when another version becomes the current
 * one. Temporal refuses to hear this from a worker without a version, so such a worker takes `index.ts`.
 */
import { setWorkflowOptions } from '@temporalio/workflow';
import * as workflows from './index';
import { VERSIONING } from './versioning';

export * from './index';

/** Of any type: all of them take one input. */
type Workflow = (input: never) => Promise<unknown>;

for (const [type, workflow] of Object.entries<Workflow>(workflows))
  setWorkflowOptions({ versioningBehavior: VERSIONING[type as keyof typeof VERSIONING] }, workflow);
