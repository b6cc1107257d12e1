/** The process behind `drover worker`: workflows and quick activities on one queue, waits and transfer slots on others. */
import { Worker } from '@temporalio/worker';
import { createActivities } from '../activities';
import { connectNative } from '../client/connect';
import { DroverError } from '../client/errors';
import { asTemporalError } from '../client/temporal-errors';
import { registeredNames } from '../plan/registered';
import { workflowSource } from './bundle';
import { misspelledVariables } from './environment';
import { Readiness, serveHealth } from './health';
import { type WorkerSettings, readWorkerSettings, requireAllowedImages, settingsWarnings } from './options';
import { checkSurroundings } from './check-surroundings';
import { readProvidersFile } from './providers-file';
import { endAtSignals, runTogether } from './shutdown';
import { installTelemetry } from './telemetry';
import { versionToUse } from './version';

/**
 * Runs until a signal stops it.
 *
 * @throws `InvalidInput`, `Unreachable`, `SetupMissing`
 */
export async function runWorker(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const settings = await readSettings(env);
  const readiness = new Readiness();
  // Before anything is connected: a worker that hangs there is alive, and not ready. And before the SDK's core, which
  // would keep the process from ending where this fails.
  const health = settings.health === null ? null : await serveHealth(settings.health, readiness);
  try {
    await work(env, settings, readiness);
  } finally {
    await health?.close();
  }
}

async function work(env: NodeJS.ProcessEnv, settings: WorkerSettings, readiness: Readiness): Promise<void> {
  const handSignalsOn = endAtSignals();
  const log = startTelemetry(settings.telemetry);
  const { connection, address, namespace } = await connectNative({ env });
  try {
    const { kubernetes, warnings } = await checkSurroundings(connection, namespace).catch(
      (error: unknown) => {
        throw asTemporalError(error, { address, namespace });
      },
    );
    for (const warning of [...misspelledVariables(env), ...settingsWarnings(settings), ...warnings])
      log.warn(warning);
    const version = await versionToUse(settings.version, connection, namespace);
    if (version.note !== null) log.warn(version.note);
    const activities = createActivities(settings.activities);
    const common = { ...version.options, connection, namespace };
    const workflows = workflowSource(version.isUsed);
    try {
      const workers = await Promise.all([
        Worker.create({ ...settings.main, ...workflows, ...common, activities: activities.main }),
        Worker.create({ ...settings.waits, ...common, activities: activities.waits }),
        Worker.create({ ...settings.slots, ...workflows, ...common, activities: activities.slots }),
      ]);
      readiness.begin({
        workers,
        askTemporal: (deadline) =>
          connection.withDeadline(deadline, () => connection.workflowService.getSystemInfo({})),
      });
      const providers = registeredNames(settings.activities.providers ?? []);
      log.info({ address, namespace, kubernetes, providers, ...version.shown }, 'worker runs');
      handSignalsOn();
      await runTogether(workers);
      log.info('worker has stopped');
    } finally {
      await activities.close();
    }
  } finally {
    await connection.close();
  }
}

async function readSettings(env: NodeJS.ProcessEnv): Promise<WorkerSettings> {
  const settings = readVariables(env);
  const providers = await readProvidersFile(settings.providersFile);
  return { ...settings, activities: { ...settings.activities, providers } };
}

function readVariables(env: NodeJS.ProcessEnv): WorkerSettings {
  try {
    const settings = readWorkerSettings(env);
    requireAllowedImages(settings);
    return settings;
  } catch (error) {
    throw new DroverError('InvalidInput', error instanceof Error ? error.message : 'unreadable environment');
  }
}

/** The only thing of it that depends on the world is the port. */
function startTelemetry(settings: WorkerSettings['telemetry']): ReturnType<typeof installTelemetry> {
  try {
    return installTelemetry(settings);
  } catch (error) {
    const [, why] =
      /metrics exporter: (.+?)(?: \(os error \d+\))?$/.exec(error instanceof Error ? error.message : '') ??
      [];
    if (why === undefined) throw error;
    const message = `metrics can't be offered on ${settings.metricsAddress} (${why}); set DROVER_METRICS to a free port`;
    throw new DroverError('InvalidInput', message, { cause: error });
  }
}
