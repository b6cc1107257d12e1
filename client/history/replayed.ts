/** How a recorded history and the code of today go together. */
export interface Replayed {
  workflowId: string;
  workflowType: string;
  events: number;
  /** `differs`: the code asks for something else. `fails`: it can't run this history at all. */
  verdict: 'same' | 'differs' | 'fails';
  /** What is different; null where nothing is. */
  why: string | null;
  /** The first event that the code does not lead to; null where that is not known. */
  event: { id: number; type: string } | null;
  /** `workflows/migrate-vm/copies.ts:110`: where the code asked for something else; null where that is not known. */
  line: string | null;
}
