/** Logs as JSON lines on stdout, the SDK's and ours alike; metrics for Prometheus where asked. */
import { type LogLevel, type LogMetadata, type Logger, Runtime } from '@temporalio/worker';
import { type Logger as Pino, pino } from 'pino';
import { endUnwritten } from '../client/unwritten';
import { exportEventLoopDelay } from './event-loop';
import type { WorkerSettings } from './options';

/** Must be called before anything else of the SDK's native core. */
export function installTelemetry({ level, metricsAddress }: WorkerSettings['telemetry']): Pino {
  const log = createLog(level);
  Runtime.install({
    logger: sdkLogger(log),
    telemetryOptions: {
      logging: { filter: { core: level === 'debug' ? 'INFO' : 'WARN', other: 'ERROR' }, forward: {} },
      ...(metricsAddress === null
        ? {}
        : { metrics: { prometheus: { bindAddress: metricsAddress, useSecondsForDurations: true } } }),
    },
  });
  if (metricsAddress !== null) exportEventLoopDelay(Runtime.instance().metricMeter);
  return log;
}

/** @param destination default: stdout. A worker that can't write its log ends: else pino would try for ever, and block it */
export function createLog(level: string, destination: pino.DestinationStream = stdout()): Pino {
  const options: pino.LoggerOptions = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { error: describeError, err: describeError },
    formatters: { level: (label) => ({ level: label }) },
  };
  return pino(options, destination);
}

function stdout(): pino.DestinationStream {
  return pino
    .destination({ fd: process.stdout.fd, sync: true })
    .on('error', (error: NodeJS.ErrnoException) => {
      // A reader that goes away ends the log and not the work.
      if (error.code !== 'EPIPE') endUnwritten(error);
    });
}

/**
 * An error without the properties that foreign libraries hang on it: those hold answers' bodies and headers.
 * The stack's first line is the message again.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

const PINO_LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

export function sdkLogger(log: Pino): Logger {
  const write = (level: LogLevel, message: string, meta?: LogMetadata): void =>
    log[PINO_LEVELS[level]](meta ?? {}, message);
  return {
    log: write,
    trace: (message, meta) => write('TRACE', message, meta),
    debug: (message, meta) => write('DEBUG', message, meta),
    info: (message, meta) => write('INFO', message, meta),
    warn: (message, meta) => write('WARN', message, meta),
    error: (message, meta) => write('ERROR', message, meta),
  };
}
