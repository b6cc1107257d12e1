import type { Policy } from '../policy';
import { readFromSource } from '../read-from-source';

export const pendingQuestion: Policy = {
  id: 'pending-question',
  severity: 'critical',
  title: 'VM that waits for an answer',
  looksAt: 'whether vCenter has a question about the VM',
  found: 'vCenter has a question about it, and it waits for the answer: it can not be shut down before',
  remedy: 'answer the question in the vSphere Client',
  judge: readFromSource('pending-question'),
};
