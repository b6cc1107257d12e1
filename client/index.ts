/** What `import … from 'drover'` offers. */
export { DroverClient, type PlanName, type VmChoice } from './drover-client';
export { DroverError, type DroverErrorCode } from './errors';
export type { MigrationHandle } from './migration-handle';
export type { VmHandle, VmStatus } from './vm-handle';
export type { EarlierRun, VmListEntry } from './vm-list';
export type { WaveListEntry, WaveListOptions } from './wave-list';
export type { WatchSnapshot } from './watch';
export type { WatchedVm } from './watched-vm';
export type { RunningActivity } from './running-activities';
export type { ScheduleEntry, StartTime } from './schedules';
export type { SetupReport } from './setup';
export type { Promoted, Promotion } from './versions/promote';
export type { WorkerVersion, WorkerVersions } from './versions/read';
export type { Manifests } from '../activities/interfaces';
export type { Problem } from '../plan/problem';
export type {
  VmResult,
  VmState,
  VmSummary,
  WaveAnswer,
  WaveResult,
  WaveState,
} from '../workflows/temporal-api';
