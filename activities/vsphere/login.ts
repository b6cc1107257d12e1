import type { Trust } from './tls';

/** A login at one vCenter or ESXi host, and how to know that it is the right one. */
export interface Login {
  url: string;
  user: string;
  password: string;
  trust: Trust;
  /** Whether an ESXi host must answer, and no vCenter. Default false. */
  isHost?: boolean;
}
