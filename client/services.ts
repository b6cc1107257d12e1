import type { ConnectionLike } from '@temporalio/client';

/** The two services that client and native connections have in common. */
export type Services = Pick<ConnectionLike, 'workflowService' | 'operatorService'>;
