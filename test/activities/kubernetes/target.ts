/** Drover's own activities against the running lab, called as a worker calls them, with the shipped rights only. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Info } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type Activities } from '../../../activities';
import type { Manifests, ActivityProgress } from '../../../activities/interfaces';
import { ApiClient } from '../../../activities/kubernetes/api/api-client';
import { readManifests } from '../../../plan/read-manifests';
import { confirmingClient } from '../../support/confirming-client';
import { useCluster, useLab } from '../../support/lab';

export interface Target {
  /** As an administrator. */
  admin: ApiClient;
  activities: Activities;
  /** Runs one activity; keeps what it reported. */
  run: <A extends unknown[], R>(activity: (...args: A) => Promise<R>, ...args: A) => Promise<R>;
  /** The same as part of another run of a workflow. */
  runAs: <A extends unknown[], R>(
    info: Pick<Info, 'workflowExecution'>,
    activity: (...args: A) => Promise<R>,
    ...args: A
  ) => Promise<R>;
  heard: ActivityProgress[];
  close(): Promise<void>;
}

/** What the worker has for `xfsCompatibility`. */
export const XFS_CONVERSION_IMAGE = 'lab.drover.dev/conversion:el9';

/** @param cdiNamespace where the worker is told that CDI runs */
export function openTarget(cdiNamespace = 'cdi'): Target {
  const lab = useLab();
  const cluster = useCluster(lab.workerKubeconfig);
  const activities = createActivities({
    cluster,
    binderImage: 'lab.drover.dev/pause:1',
    cdiNamespace,
    xfsConversionImage: XFS_CONVERSION_IMAGE,
    // On this machine's own address: asked only where the worker's operator lists it.
    plainHttpRegistries: [lab.registry],
  });
  const admin = new ApiClient(useCluster());
  const heard: ActivityProgress[] = [];
  const run = (info: Partial<Info>, activity: unknown, args: readonly unknown[]): never => {
    const environment = new MockActivityEnvironment(
      { scheduledTimestampMs: Date.now(), ...info },
      { client: confirmingClient() },
    );
    environment.on('heartbeat', (details: ActivityProgress) => heard.push(details));
    return environment.run(activity as never, ...(args as never[])) as never;
  };
  return {
    admin,
    activities,
    heard,
    run: (activity, ...args) => run({}, activity, args),
    runAs: (info, activity, ...args) => run(info, activity, args),
    async close() {
      await activities.close();
      admin.close();
    },
  };
}

/**
 * The lab's example manifests with one of its plans.
 * @param targetNamespace in the place of the example's, where other tests leave what migrations of the plan's VMs make
 */
export function exampleManifests(
  plan: 'plan.yaml' | 'appliance.yaml',
  targetNamespace = 'migrated',
): Manifests {
  const { manifestsDir } = useLab();
  const files = ['providers.yaml', 'storagemap.yaml', 'networkmap.yaml', plan];
  const texts = files.map((file) => ({ file, text: readFileSync(join(manifestsDir, file), 'utf8') }));
  return readManifests(texts).manifests.map((document) =>
    document.kind === 'Plan'
      ? { ...document, spec: { ...(document.spec as object), targetNamespace } }
      : document,
  );
}
