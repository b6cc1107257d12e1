/** What a cluster and a vCenter have and lack, before a first plan. */
export { examine } from './examine';
export type { Report } from './report';
